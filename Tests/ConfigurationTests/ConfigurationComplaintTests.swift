// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Testing

@testable import Configuration

/// Reads one text as the file `f`.
func readConfiguration(_ text: String) -> ConfigurationReader {
    var reader = ConfigurationReader()
    reader.read(UnitFile.parse(Array(text.utf8), file: "f"))
    reader.finish(mainFile: "f")
    return reader
}

/// A trunk without which nothing is right; on four lines, at the end.
let someTrunk = "\n[Trunk t]\nHost=sip.example.nl\nCallsPerSecond=10\nChannels=100"

@Suite("Complaints about a configuration") struct ConfigurationComplaintTests {
    @Test(
        "One complaint each, with file, line and key",
        arguments: [
            ("[Cal]", "f:1: [Cal]: unknown section; did you mean Call?"),
            ("[Weather]", "f:1: [Weather]: unknown section"),
            ("[Call x]", "f:1: [Call x]: this section takes no name: write [Call]"),
            (
                "[Trunk]",
                """
                f:1: [Trunk]: the trunk's name is missing: write [Trunk name], with letters, digits, '.', \
                '_' or '-'
                """
            ),
            ("[Language Dutch]", "f:1: [Language Dutch]: write [Language nl], with the language's code of RFC 5646"),
            ("[Language de]", "f:1: [Language de]: Command= is missing"),
            ("Port=1", "f:1: Port: this stands before the first [Section]"),
            ("[Call]\nRingTimout=1s", "f:2: [Call] RingTimout: unknown key; did you mean RingTimeout=?"),
            (
                "[Call]\nPublicAddress=192.0.2.1",
                """
                f:2: [Call] PublicAddress: unknown key; PublicAddress= belongs in [SIP]
                """
            ),
            (
                "[SMSC s]\nHost=a\nSystemID=x\nPasswordCredential=s\nInterfaceVersion=3.3\nConcatenation=sar",
                "f:6: [SMSC s] Concatenation: needs optional parameters, which InterfaceVersion=3.3 has not"
            ),
            (
                "[SMSC s]\nHost=a\nSystemID=x\nPasswordCredential=s\nInterfaceVersion=3.3\nDataSM=yes",
                "f:6: [SMSC s] DataSM: needs optional parameters, which InterfaceVersion=3.3 has not"
            ),
            (
                "[SMSC s]\nHost=a\nSystemID=x\nPasswordCredential=s\nSourceTON=256",
                "f:5: [SMSC s] SourceTON: \"256\" is out of range: 0 to 255"
            ), ("[Call]\nColour=red", "f:2: [Call] Colour: unknown key"),
            (
                "[Call]\nRingTimeout=soon",
                """
                f:2: [Call] RingTimeout: \"soon\" is no duration: write 500ms, 30s, 5min or 1h
                """
            ),
            (
                "[Call]\nRingTimeout=30s # long enough",
                "f:2: [Call] RingTimeout: \"30s # long enough\" is no duration: write 500ms, 30s, 5min or 1h; "
                    + "a comment stands on a line of its own"
            ),
            ("[Call]\nCodecs=PCMA G729", "f:2: [Call] Codecs: \"G729\" is none of PCMA, PCMU"),
            ("[Call]\nCodecs=", "f:2: [Call] Codecs: at least one of PCMA, PCMU is needed"),
            (
                "[Call]\nCallerNumber=0900-1234",
                """
                f:2: [Call] CallerNumber: a number starting with +31900 may not be dialled; allow a \
                longer prefix of it in [Numbers] to change that
                """
            ),
            ("[Call]\nMaximumRepeats=-1", "f:2: [Call] MaximumRepeats: \"-1\" is no whole number"),
            ("[SIP]\nPort=70000", "f:2: [SIP] Port: \"70000\" is out of range: 0 to 65535"),
            ("[SIP]\nTCP=maybe", "f:2: [SIP] TCP: \"maybe\" is neither yes nor no"),
            ("[SIP]\nBind=::", "f:2: [SIP] Bind: \"::\" is no numeric IPv4 address"),
            ("[SIP]\nBind=none", "f:2: [SIP] Bind: neither an IPv4 nor an IPv6 address is left to bind"),
            ("[SIP]\nPort=20000", "f:2: [SIP] Port: 20000 lies within [RTP] Ports="),
            ("[SIP]\nDSCP=64", "f:2: [SIP] DSCP: \"64\" is out of range: 0 to 63"),
            (
                "[RTP]\nPorts=16385-32767",
                """
                f:2: [RTP] Ports: the first port must be even: a call takes an even port and the odd one \
                above it
                """
            ),
            ("[RTP]\nPorts=20000", "f:2: [RTP] Ports: \"20000\" is no range of ports: write 16384-32767"),
            ("[RTP]\nPorts=20002-20000", "f:2: [RTP] Ports: the first port must be below the last"),
            (
                "[RTP]\nPorts=20000-20197",
                "f:2: [RTP] Ports: 198 ports carry 99 calls, but the trunks have 100 channels: 2 ports a call are needed"
            ),
            (
                "[Gateway]\nLogLevel=warn",
                """
                f:2: [Gateway] LogLevel: \"warn\" is none of debug, info, notice, warning, error
                """
            ),
            (
                "[Gateway]\nLogLevel=eror",
                """
                f:2: [Gateway] LogLevel: \"eror\" is none of debug, info, notice, warning, error; did you \
                mean error?
                """
            ),
            ("[Gateway]\nStateDirectory=state", "f:2: [Gateway] StateDirectory: \"state\" is no absolute path"),
            ("[Gateway]\nStateDirectory=/a/../b", "f:2: [Gateway] StateDirectory: \"/a/../b\" contains . or .."),
            ("[Gateway]\nControlGroup=a b", "f:2: [Gateway] ControlGroup: \"a b\" is no name of a group"),
            ("[Gateway]\nTimeScale=0", "f:2: [Gateway] TimeScale: \"0\" is out of range: 0.001 to 10"),
            (
                "[Numbers]\nAllow=0031",
                """
                f:2: [Numbers] Allow: \"0031\" is no E.164 prefix: write + and digits, as in +31
                """
            ),
            ("[Numbers]\nAllow=", "f:2: [Numbers] Allow: no number could be dialled: at least one prefix is needed"),
            (
                "[Numbers]\nCountryCode=+31",
                """
                f:2: [Numbers] CountryCode: \"+31\" is no country code: 1 to 3 digits without +
                """
            ),
            (
                "[Speech]\nCacheSize=256MB",
                """
                f:2: [Speech] CacheSize: \"256MB\" is no size: write bytes, 512K, 256M or 2G
                """
            ),
            ("[Language nl]\nCommand=\"say", "f:2: [Language nl] Command: the closing quote is missing"),
            (
                "[Language nl]\nCommand=./say",
                """
                f:2: [Language nl] Command: \"./say\" is neither an absolute path nor a name to be found \
                in $PATH
                """
            ),
            ("[Retry]\nBusy=60s 2 weeks", "f:2: [Retry] Busy: \"weeks\" is no duration: write 500ms, 30s, 5min or 1h"),
            (
                "[Retry]\nCongestion=",
                """
                f:2: [Retry] Congestion: at least one delay is needed; CongestionLimit= limits the tries
                """
            ),
        ])
    func complaint(text: String, expected: String) {
        #expect(readConfiguration(text + someTrunk).complaints.map(\.description) == [expected])
    }

    @Test(
        "Of a trunk",
        arguments: [
            (
                "Password=hunter2",
                """
                f:5: [Trunk t] Password: a password does not stand in the configuration, which many can \
                read: use PasswordCredential= with LoadCredential= in the unit, or PasswordFile=
                """
            ),
            ("Transport=tls", "f:5: [Trunk t] Transport: \"tls\" is none of udp, tcp"),
            (
                "Host=sip.example.nl:5060",
                """
                f:5: [Trunk t] Host: \"sip.example.nl:5060\" is no host name; a port goes to Port=
                """
            ),
            ("Port=0", "f:5: [Trunk t] Port: \"0\" is out of range: 1 to 65535"),
            ("CallsPerSecond=0", "f:5: [Trunk t] CallsPerSecond: \"0\" is out of range: 0.01 to 10000"),
            ("Channels=many", "f:5: [Trunk t] Channels: \"many\" is no whole number"),
            ("Username=u", "f:5: [Trunk t] Username: its password is missing: PasswordCredential= or PasswordFile="),
            ("PasswordCredential=p", "f:5: [Trunk t] PasswordCredential: Username= is missing"),
            (
                "PasswordCredential=/p\nUsername=u",
                """
                f:5: [Trunk t] PasswordCredential: \"/p\" is no credential's name; a path goes to \
                PasswordFile=
                """
            ),
            (
                "Username=u\nPasswordCredential=p\nPasswordFile=/p",
                """
                f:7: [Trunk t] PasswordFile: the password comes from PasswordCredential= already; clear \
                one of both
                """
            ),
            ("Realm=r", "f:5: [Trunk t] Realm: Username= is missing"),
            ("Register=yes", "f:5: [Trunk t] Register: whom to register is missing: RegisterUser= or Username="),
            (
                "RegisterUser=a@b",
                """
                f:5: [Trunk t] RegisterUser: \"a@b\" is no user part: no spaces, quotes, or any of < > @ \
                ; , \\
                """
            ),
            (
                "Address=192.0.2.1 [2001:db8::1]:5060",
                """
                f:5: [Trunk t] Address: 2001:db8::1 is IPv6: [SIP] BindIPv6= is needed, for instance ::
                """
            ),
            ("CallerNumber=06123", "f:5: [Trunk t] CallerNumber: the number is too short: 5 digits"),
            ("SessionExpires=60s", "f:5: [Trunk t] SessionExpires: \"60s\" is out of range: 1min30s to 24h"),
            ("ProbeInterval=10ms", "f:5: [Trunk t] ProbeInterval: must be 0 or at least 100ms"),
            ("NumberFormat=local", "f:5: [Trunk t] NumberFormat: \"local\" is none of e164, national, 00"),
        ])
    func trunkComplaint(line: String, expected: String) {
        let text = "[Trunk t]\nHost=sip.example.nl\nCallsPerSecond=10\nChannels=100\n" + line
        #expect(readConfiguration(text).complaints.map(\.description) == [expected])
    }

    @Test("What is missing is named at the section's first line")
    func missing() {
        #expect(
            readConfiguration("\n[Trunk t]\nPort=5060").complaints.map(\.description) == [
                "f:2: [Trunk t]: Host=, CallsPerSecond=, Channels= are missing"
            ])
        #expect(
            readConfiguration("").complaints.map(\.description) == [
                "f: no trunk is configured: at least one [Trunk name] or [SMSC name] is needed"
            ])
        // A value that was refused is not missing as well.
        #expect(
            readConfiguration("[Trunk t]\nHost=a b\nChannels=1").complaints.map(\.description) == [
                "f:2: [Trunk t] Host: \"a b\" is no host name or address", "f:1: [Trunk t]: CallsPerSecond= is missing",
            ])
    }

    @Test("All complaints at once, and none repeated for the keys of an unknown section")
    func all() {
        let text = """
            [Cal]
            RingTimeout=1
            Nonsense=1
            what is this
            [Retry]
            Busy=x 60s y
            [SIP]
            Prot=1
            """
        #expect(
            readConfiguration(text + someTrunk).complaints.map(\.description) == [
                "f:1: [Cal]: unknown section; did you mean Call?",
                "f:4: this is neither a [Section], a Key=value nor a # comment",
                "f:6: [Retry] Busy: \"x\" is no duration: write 500ms, 30s, 5min or 1h",
                "f:6: [Retry] Busy: \"y\" is no duration: write 500ms, 30s, 5min or 1h",
                "f:8: [SIP] Prot: unknown key; did you mean Port=?",
            ])
    }

    @Test(
        "Odd, but no error",
        arguments: [
            (
                "[Gateway]\nTimeScale=0.1",
                """
                f:2: [Gateway] TimeScale: retry delays are multiplied by 0.1: for rehearsals, not for \
                real actions
                """
            ),
            (
                "[Numbers]\nCountryCode=32\n[Call]\nCallerNumber=+31182588444",
                "f:2: [Numbers] CountryCode: no national number may be dialled: Allow= has no prefix that begins "
                    + "with +32, it is +31"
            ),
            ("[SIP]\nPort=5060\nPort=5061", "f:3: [SIP] Port: replaces the value of line 2"),
            (
                "[Call]\nMaximumDuration=1min",
                "f:2: [Call] MaximumDuration: the longest message that [Speech] MaximumMessage= accepts, with "
                    + "ListenAfterMessage=, takes 2min4s: its end would be cut off"
            ),
        ])
    func warnings(text: String, expected: String) {
        let reader = readConfiguration(text + someTrunk + "\nCallerNumber=+318000011")
        #expect(reader.complaints.isEmpty)
        #expect(reader.warnings.map(\.description) == [expected])
    }

    @Test("A trunk without any number to show is warned about")
    func anonymous() {
        #expect(
            readConfiguration(someTrunk).warnings.map(\.description) == [
                "f: [Call] CallerNumber: neither here nor in [Trunk t]: an action that names no number would be "
                    + "anonymous and is refused"
            ])
    }

    @Test("More trunks than the core can tell apart")
    func tooManyTrunks() {
        let trunks = (1...33).map { "[Trunk t\($0)]\nHost=a.nl\nCallsPerSecond=1\nChannels=1\n" }.joined()
        #expect(
            readConfiguration(trunks).complaints.map(\.description) == [
                "f:129: [Trunk t33]: too many trunks: 33, at most 32"
            ])
    }

    @Test("Garbage does not bring the reader down")
    func garbage() {
        var generator = Generator(state: 7)
        let alphabet = Array("[]=#;\\\" \t\n\r\u{FF}aT+09trunk".utf8) + [0, 0xC3, 0xFF]
        for _ in 0..<2000 {
            var bytes = Array("[Trunk t]\nHost=a.nl\n".utf8)
            for _ in 0..<Int(generator.next() % 60) {
                bytes.append(alphabet[Int(generator.next() % UInt64(alphabet.count))])
            }
            var reader = ConfigurationReader()
            reader.read(UnitFile.parse(bytes, file: "f"))
            reader.finish(mainFile: "f")
            #expect(!reader.complaints.isEmpty)
        }
    }

    /// SplitMix64.
    private struct Generator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var word = state
            word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
            word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
            return word ^ (word >> 31)
        }
    }
}
