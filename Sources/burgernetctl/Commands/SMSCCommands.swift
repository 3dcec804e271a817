// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import GatewayCore

// The contracts for SMS and their binds.

extension Verbs.SMSCs: CommandVerb {
    static let commands = [
        Command(
            Self.self, words: ["smsc"],
            details: """
                WINDOW: requests without a response, of how many there may be. RATE/S: messages a second that may leave
                now, and the contract's limit when the SMSC's throttling holds the rate below it. The counters are of
                segments, since the daemon started. ROUND TRIP: from a request to its response, an average.
                """,
            examples: ["smsc", "smsc down noord", "smsc up noord"], run: { try SMSCCommands.show($0, Self()) })
    ]
}

extension Verbs.SMSCUp: CommandVerb {
    static let commands = [
        Command(
            Self.self, words: ["smsc", "up"], arguments: ["SMSC"],
            run: { try SMSCCommands.show($0, Self(smsc: $0.argument(0) ?? "")) })
    ]
}

extension Verbs.SMSCDown: CommandVerb {
    static let commands = [
        Command(
            Self.self, words: ["smsc", "down"], arguments: ["SMSC"],
            run: { try SMSCCommands.show($0, Self(smsc: $0.argument(0) ?? "")) })
    ]
}

private enum SMSCCommands {
    static func show(_ invocation: Invocation, _ request: any Verb) throws {
        var table = Table([
            "SMSC", "STATE", ">WINDOW", ">RATE/S", ">SUBMITTED", ">ACCEPTED", ">REFUSED", ">THROTTLED", ">RECEIPTS",
            ">INBOUND", ">ROUND TRIP",
        ])
        try invocation.perform(request) { reply in
            if let smsc = reply.content(of: Replies.smsc) { add(smsc, to: &table) }
        }
        guard !invocation.isJSON else { return }
        if table.isEmpty { return invocation.output.note("No SMSC is configured.") }
        for line in table.lines() { try invocation.output.line(line) }
    }

    // MARK: - Rows

    private static func add(_ smsc: SMSCStatus, to table: inout Table) {
        let binds = smsc.binds
        func sum(_ counter: (BindReport) -> Int) -> String { "\(binds.reduce(0) { $0 + counter($1) })" }
        table.add([
            smsc.name, state(of: smsc), "\(sum(\.windowUsed))/\(sum(\.window))", rate(of: binds), sum(\.submitted),
            sum(\.accepted), sum(\.refused), sum(\.throttled), sum(\.receipts), sum(\.inbound), "",
        ])
        table.add(
            line: "  priority \(smsc.priority), weight \(smsc.weight), \(smsc.prepared) to be submitted, "
                + "\(smsc.outstanding) under way")
        table.add(line: "  message ids in receipts: \(form(smsc.messageIDs))")
        for finding in smsc.findings {
            table.add(line: "  since \(localTime(finding.since.timestamp)): \(finding.text)")
        }
        for bind in binds { add(bind, to: &table) }
    }

    private static func add(_ bind: BindReport, to table: inout Table) {
        table.add([
            "  \(bind.name)", bind.state, "\(bind.windowUsed)/\(bind.window)",
            rate(bind.pace, of: bind.maximumPace, isThrottled: bind.isThrottled), "\(bind.submitted)",
            "\(bind.accepted)", "\(bind.refused)", "\(bind.throttled)", "\(bind.receipts)", "\(bind.inbound)",
            bind.roundTripMilliseconds.map { "\(oneDecimal($0)) ms" } ?? "",
        ])
        var link = [bind.mode]
        if let peer = bind.peer { link.append(peer) }
        if let systemID = bind.systemID, !systemID.isEmpty { link.append("system_id \(systemID)") }
        if let tls = bind.tls { link.append(tls) }
        if let since = bind.boundSince { link.append("bound since \(localTime(since.timestamp))") }
        table.add(line: "    " + link.joined(separator: "  "))
        var rare = [
            ("queue full", bind.queueFull), ("timed out", bind.timedOut),
            ("receipts of no known message", bind.unmatchedReceipts), ("reconnects", bind.reconnects),
        ].filter { $0.1 > 0 }.map { "\($0.0) \($0.1)" }
        if bind.isThrottled { rare.append("held back by the SMSC's throttling") }
        if !rare.isEmpty { table.add(line: "    " + rare.joined(separator: ", ")) }
        if let error = bind.lastError {
            let time = bind.lastErrorAt.map { "\(localTime($0.timestamp))  " } ?? ""
            table.add(line: "    last error: \(time)\(error)")
        }
    }

    private static func state(of smsc: SMSCStatus) -> String {
        if smsc.isDisabled { return "down by operator" }
        return smsc.isUp ? "up" : "down"
    }

    /// `38.2 of 50.0`.
    private static func rate(_ pace: Double?, of limit: Double?, isThrottled: Bool) -> String {
        guard let pace else { return "no limit" }
        guard isThrottled, let limit else { return oneDecimal(pace) }
        return "\(oneDecimal(pace)) of \(oneDecimal(limit))"
    }

    /// Of the binds that can submit, together.
    private static func rate(of binds: [BindReport]) -> String {
        let submitting = binds.filter { $0.mode != "receiver" }
        func sum(_ paces: [Double?]) -> Double? {
            paces.contains(where: { $0 == nil }) ? nil : paces.reduce(0) { $0 + ($1 ?? 0) }
        }
        guard !submitting.isEmpty else { return "" }
        return rate(
            sum(submitting.map(\.pace)), of: sum(submitting.map(\.maximumPace)),
            isThrottled: submitting.contains(where: \.isThrottled))
    }

    /// In the words of the configuration's `MessageIDs=`.
    private static func form(_ learnt: String) -> String {
        switch learnt {
        case "": "not known yet"
        case "verbatim": "as in the response (verbatim)"
        case "caseFolded": "in another case (any-case)"
        case "zerosTrimmed": "with other zeros in front (any-zeros)"
        case "responseHexReceiptDecimal": "decimal, hexadecimal in the response (hex-decimal)"
        case "responseDecimalReceiptHex": "hexadecimal, decimal in the response (decimal-hex)"
        default: learnt
        }
    }
}
