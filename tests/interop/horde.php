<?php
// A DS server of Debian's Horde_SyncMl alone: what the Horde application around it would do.
//
//     php -S 127.0.0.1:PORT -t FOLDER horde.php
//
// FOLDER holds the database (store.db, made by horde.py) and sess/ for its sessions. What it says
// goes to stderr. Nothing of Debian's is changed on disk.

error_reporting(E_ALL & ~E_DEPRECATED & ~E_NOTICE & ~E_WARNING);
ini_set('display_errors', '0');
ini_set('log_errors', '1');
// Its session is that of SyncHdr (device and SessionID), not one of a cookie.
ini_set('session.save_path', $_SERVER['DOCUMENT_ROOT'] . '/sess');
ini_set('session.use_cookies', '0');
ini_set('session.cache_limiter', '');

// Written for PHP 5: these call their own factories statically, which PHP 8 refuses.
const CALLED_STATICALLY = [
    'Horde_SyncMl_XmlOutput', 'Horde_SyncMl_Command', 'Horde_SyncMl_Device', 'Horde_SyncMl_Backend',
];

spl_autoload_register(function ($class) {
    $file = '/usr/share/php/' . str_replace('_', '/', $class) . '.php';
    if (!is_file($file)) {
        return;
    }
    if (in_array($class, CALLED_STATICALLY)) {
        $factory = '/public function (&?(?:singleton|factory|getParameter)\()/';
        eval('?>' . preg_replace($factory, 'public static function $1', file_get_contents($file)));
    } else {
        require_once $file;
    }
});
require_once 'PEAR.php';

/** What Horde_SyncMl_Backend_Sql calls of PEAR's MDB2 (not in Debian), over PDO. */
class MDB2
{
    private $pdo;

    static function &connect($dsn)
    {
        $self = new MDB2();
        $self->pdo = new PDO($dsn);
        $self->pdo->setAttribute(PDO::ATTR_ERRMODE, PDO::ERRMODE_EXCEPTION);
        return $self;
    }

    private function query($sql)
    {
        return $this->pdo->query(self::repaired($sql));
    }

    /** Its UPDATE has no space between the quoted content type and WHERE. */
    private static function repaired($sql)
    {
        return str_replace("'WHERE", "' WHERE", $sql);
    }

    function quote($value, $type = null)
    {
        return $type == 'integer' ? strval(intval($value)) : $this->pdo->quote((string)$value);
    }

    function queryAll($sql) { return $this->query($sql)->fetchAll(PDO::FETCH_NUM); }
    function queryCol($sql) { return $this->query($sql)->fetchAll(PDO::FETCH_COLUMN, 0); }
    function queryOne($sql) { return $this->queryRow($sql)[0] ?? null; }
    function queryRow($sql) { return $this->query($sql)->fetch(PDO::FETCH_NUM) ?: null; }
    function exec($sql) { return $this->pdo->exec(self::repaired($sql)); }
    function disconnect() { }
}

class PeerBackend extends Horde_SyncMl_Backend_Sql
{
    private $closed = false;

    // Upstream leaves it to the application to keep the state between two messages.
    function sessionStart($device, $session, $mode = Horde_SyncMl_Backend::MODE_SERVER)
    {
        parent::sessionStart($device, $session, $mode);
        if (!empty($_SESSION['state'])) {
            $this->state = unserialize($_SESSION['state']);
        }
    }

    function sessionClose()
    {
        $this->closed = true;
        parent::sessionClose();
    }

    function close()
    {
        if (!$this->closed && $this->state) {
            $_SESSION['state'] = serialize($this->state);
        }
        parent::close();
    }

    // Upstream's asks for the password in a variable that is not there.
    protected function _checkAuthentication($user, $password)
    {
        $found = $this->_db->queryOne(
            'SELECT syncml_uid FROM syncml_uids WHERE syncml_uid = ' . $this->_db->quote($user)
            . ' AND syncml_password = ' . $this->_db->quote($password)
        );
        return $found ?? false;
    }

    // Its marks are whole seconds, and what falls into the same one is lost or comes twice: no second
    // is given out a second time, so sessions in quick succession are as far apart as a person's.
    function getCurrentTimeStamp()
    {
        $this->_db->exec('UPDATE clock SET now = max(now + 1, ' . time() . ')');
        return intval($this->_db->queryOne('SELECT now FROM clock'));
    }

    function logMessage($message, $priority = 'INFO')
    {
        error_log("$priority " . (is_string($message) ? $message : $message->getMessage()));
    }
}

if ($_SERVER['REQUEST_METHOD'] !== 'POST') {
    header('Content-Type: text/plain');
    echo "Horde_SyncMl\n";
    return;
}
$type = strtolower(trim(explode(';', $_SERVER['CONTENT_TYPE'] ?? '')[0]));
if ($type !== 'application/vnd.syncml+wbxml') {
    $type = 'application/vnd.syncml+xml';
}
$GLOBALS['backend'] = new PeerBackend(['dsn' => "sqlite:$_SERVER[DOCUMENT_ROOT]/store.db"]);
$handler = new Horde_SyncMl_ContentHandler();
$request = file_get_contents('php://input');
$answer = $handler->process($request, $type, "http://$_SERVER[HTTP_HOST]/rpc.php");
$GLOBALS['backend']->close();
if (is_a($answer, 'PEAR_Error')) {
    http_response_code(500);
    echo $answer->getMessage();
    return;
}
header("Content-Type: $type");
header('Content-Length: ' . strlen($answer));
echo $answer;
