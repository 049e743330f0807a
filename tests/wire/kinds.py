"""One document of every kind that `convert` knows, as XML in our own writing style."""

from tests.wire.provisionings import CP_PAIRS

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
_CTCAP = (
    "<CTCap><CTType>text/x-vcard</CTType><PropName>TEL</PropName><Size>30</Size>"
    "<ParamName>TYPE</ParamName><ValEnum>HOME</ValEnum></CTCap>"
)


def _syncml(version: str, body: str, protocol: str = "SyncML") -> str:
    return (
        f'<SyncML xmlns="SYNCML:SYNCML{version}"><SyncHdr><VerDTD>{version}</VerDTD>'
        f"<VerProto>{protocol}/{version}</VerProto><SessionID>1</SessionID><MsgID>1</MsgID>"
        "<Target><LocURI>http://ds.example.com/sync</LocURI></Target>"
        "<Source><LocURI>IMEI:490000000000017</LocURI></Source></SyncHdr>"
        f"<SyncBody>{body}<Final/></SyncBody></SyncML>"
    )


def _devinf(version: str, inside: str) -> str:
    return (
        f'<DevInf xmlns="syncml:devinf"><VerDTD>{version}</VerDTD><Man>Example</Man>'
        f"<DevID>IMEI:490000000000017</DevID><DevTyp>phone</DevTyp>{inside}</DevInf>"
    )


_STORE_12 = (
    "<UTC/><DataStore><SourceRef>./contacts</SourceRef><CTCap><CTType>text/x-vcard</CTType>"
    "<VerCT>2.1</VerCT><Property><PropName>TEL</PropName><MaxSize>30</MaxSize><PropParam>"
    "<ParamName>TYPE</ParamName></PropParam></Property></CTCap><SupportHierarchicalSync/></DataStore>"
)
_TNDS = (
    '<MgmtTree xmlns="syncml:dmddf1.2"><VerDTD>1.2</VerDTD><Node><NodeName>DSAcc</NodeName>'
    "<RTProperties><ACL>Get=*</ACL><Format><node/></Format><Type><DDFName>urn:oma:mo:oma-ds:1.0"
    "</DDFName></Type></RTProperties><Node><NodeName>AAuthSecret</NodeName><RTProperties><Format>"
    "<chr/></Format><Type><MIME>text/plain</MIME></Type></RTProperties><Value>a &amp; b</Value>"
    "</Node></Node></MgmtTree>"
)
_DDF = (
    '<MgmtTree xmlns="syncml:dmddf1.2"><VerDTD>1.2</VerDTD><Man>Example</Man><Mod>Emu</Mod><Node>'
    "<NodeName>DSAcc</NodeName><DFProperties><AccessType><Add/><Copy/><Delete/><Exec/><Get/>"
    "<Replace/></AccessType><DefaultValue>x</DefaultValue><Description>Accounts</Description>"
    "<DFFormat><node/></DFFormat><Occurrence><OneOrN>3</OneOrN></Occurrence><Scope><Permanent/>"
    "</Scope><DFTitle>DS</DFTitle><DFType><DDFName>urn:oma:mo:oma-ds:1.0</DDFName></DFType><CaseSense>"
    "<CS/></CaseSense></DFProperties><Node><NodeName/><DFProperties><AccessType><Get/></AccessType>"
    "<DFFormat><b64/></DFFormat><Occurrence><ZeroOrMore/></Occurrence><Scope><Dynamic/></Scope>"
    "<DFType><MIME>text/plain</MIME></DFType></DFProperties></Node></Node></MgmtTree>"
)
_PUT = (
    '<Put><CmdID>1</CmdID><Meta><Type xmlns="syncml:metinf">application/vnd.syncml-devinf+xml</Type>'
    "</Meta><Item><Source><LocURI>./devinf{}</LocURI></Source><Data>{}</Data></Item></Put>"
)
_BOOTSTRAP = (
    '<Add><CmdID>1</CmdID><Item><Target><LocURI>./Inbox</LocURI></Target><Meta><Format '
    'xmlns="syncml:metinf">xml</Format><Type xmlns="syncml:metinf">application/vnd.syncml.dmtnds+xml'
    f"</Type></Meta><Data>{_TNDS}</Data></Item></Add>"
)  # fmt: skip

KINDS: dict[str, tuple[str, str]] = {
    "syncml-1.0": ("SyncML 1.0", _syncml("1.0", _PUT.format("10", _devinf("1.0", _CTCAP)))),
    "syncml-1.1": ("SyncML 1.1", _syncml("1.1", _PUT.format("11", _devinf("1.1", f"<UTC/>{_CTCAP}")))),
    "syncml-1.2": ("SyncML 1.2", _syncml("1.2", _PUT.format("12", _devinf("1.2", _STORE_12)))),
    "devinf-1.0": ("DevInf 1.0", _devinf("1.0", _CTCAP)),
    "devinf-1.1": ("DevInf 1.1", _devinf("1.1", f"<UTC/>{_CTCAP}")),
    "devinf-1.2": ("DevInf 1.2", _devinf("1.2", _STORE_12)),
    "dm-bootstrap": ("SyncML 1.2", _syncml("1.2", _BOOTSTRAP, "DM")),
    "tnds": ("DM TNDS 1.2", _TNDS),
    "ddf": ("DM TNDS 1.2", _DDF),
    **{name: ("OMA CP 1.0", xml.replace("'", '"')) for name, (xml, _) in CP_PAIRS.items()},
    "cp.other": (
        "OMA CP 1.0",
        '<wap-provisioningdoc version="1.1"><characteristic type="X-MINE"><parm name="AAUTHTYPE" '
        'value="HTTP-BASIC,HTTP-DIGEST"/><parm name="X" value=""/><parm name="PXADDRTYPE" value="IPV4"/>'
        '</characteristic><characteristic type="NAPDEF"/></wap-provisioningdoc>',
    ),
}  # fmt: skip
"""By name: the dialect and the document."""


def xml_of(name: str) -> bytes:
    return (_DECLARATION + KINDS[name][1]).encode()
