// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

extension TaggedRequest {
    /// Reads one line, without its LF.
    package static func decode(
        _ bytes: some Collection<UInt8>, limit: Int = LineSplitter.requestLimit
    ) throws(ProtocolError) -> TaggedRequest {
        let value = try Request.parse(bytes, limit: limit)
        return TaggedRequest(try Request(value), tag: try Request.tag(of: value))
    }
}

extension Request {
    /// Reads one line, without its LF; a tag is passed over.
    package static func decode(
        _ bytes: some Collection<UInt8>, limit: Int = LineSplitter.requestLimit
    ) throws(ProtocolError) -> Request {
        try TaggedRequest.decode(bytes, limit: limit).request
    }

    static func parse(_ bytes: some Collection<UInt8>, limit: Int) throws(ProtocolError) -> JSONValue {
        guard bytes.count <= limit else { throw .lineTooLong(limit: limit) }
        do {
            return try JSONParser.parse(Array(bytes), maximumDepth: maximumDepth)
        } catch {
            throw ProtocolError(error)
        }
    }

    /// The tag of whatever object this is, so that even the refusal of a bad request carries it.
    static func tag(of value: JSONValue) throws(ProtocolError) -> String? {
        guard case .object(let members) = value, let tag = members.first(where: { $0.key == "id" })?.value else {
            return nil
        }
        guard case .string(let text) = tag, text.unicodeScalars.count <= 128 else {
            throw ProtocolError(.wrongType, "\"id\" must be a string of at most 128 characters", field: "id")
        }
        return text
    }

    init(_ value: JSONValue) throws(ProtocolError) {
        guard case .object(let members) = value else {
            throw ProtocolError(.wrongType, "a request is an object: {\"verb\": ...}, not \(value.typeName)")
        }
        guard let verb = members.first(where: { $0.key == "verb" })?.value else {
            self = try Request(submissionLine: value, keys: members.map(\.key))
            return
        }
        guard case .string(let name) = verb else {
            throw ProtocolError(.wrongType, "\"verb\" must be a string, not \(verb.typeName)", field: "verb")
        }
        guard let known = Verb(rawValue: name) else { throw .unknownVerb(name) }
        self = try Request(known, value)
    }

    private init(submissionLine value: JSONValue, keys: [String]) throws(ProtocolError) {
        if keys.contains("recipient") {
            let object = try ObjectReader(value, path: "", keys: ["recipient"])
            self = .recipient(try RecipientLine(try object.required("recipient"), path: "recipient"))
        } else if keys.contains("commit") {
            try ObjectReader(value, path: "", keys: ["commit"]).mark("commit")
            self = .commit
        } else if keys.contains("abort") {
            try ObjectReader(value, path: "", keys: ["abort"]).mark("abort")
            self = .abort
        } else {
            throw ProtocolError(.missingKey, "\"verb\" is missing", field: "verb")
        }
    }

    private init(_ verb: Verb, _ value: JSONValue) throws(ProtocolError) {
        func object(_ keys: String...) throws(ProtocolError) -> ObjectReader {
            try ObjectReader(value, path: "", keys: ["verb", "id"] + keys)
        }
        switch verb {
        case .submit, .plan:
            let object = try object("action", "skip-invalid")
            let action = try ActionDocument(try object.required("action"), path: "action")
            let skipInvalid = try object.flag("skip-invalid", default: false)
            self = verb == .submit ? .submit(action, skipInvalid: skipInvalid) : .plan(action, skipInvalid: skipInvalid)
        case .list:
            _ = try object()
            self = .list
        case .show:
            let object = try object("action", "recipients", "messages")
            self = .show(
                try object.actionID("action"), recipients: try object.flag("recipients", default: false),
                messages: try object.flag("messages", default: false))
        case .pause: self = .pause(try object("action").actionID("action"))
        case .resume: self = .resume(try object("action").actionID("action"))
        case .cancel:
            let object = try object("action", "finish-calls")
            self = .cancel(try object.actionID("action"), finishCalls: try object.flag("finish-calls", default: false))
        case .retry:
            let object = try object("action", "interrupted")
            let action = try object.actionID("action")
            _ = try object.required("interrupted")
            try object.mark("interrupted")
            self = .retryInterrupted(action)
        case .watch:
            let object = try object("action", "interval-ms")
            self = .watch(
                try object.optionalActionID("action"),
                intervalMilliseconds: try object.integer("interval-ms", Self.watchIntervals, unit: "milliseconds")
                    ?? 1000)
        case .cdrExport:
            let object = try object("format", "locale", "from", "to", "account", "action")
            _ = try object.required("format")
            let selection = CDRSelection(
                format: try object.word("format", ExportFormat.self) ?? .native,
                locale: try object.word("locale", ExportLocale.self), from: try object.time("from"),
                to: try object.time("to"), account: try object.identifier("account"),
                action: try object.optionalActionID("action"))
            if let from = selection.from, let to = selection.to, to <= from {
                throw object.notAllowed("to", "must be later than \"from\"")
            }
            if selection.format == .ledger, selection != CDRSelection(format: .ledger) {
                throw object.notAllowed("format", "\"ledger\" is of all rows and takes no other key")
            }
            self = .exportCDRs(selection)
        case .explain:
            let object = try object("sequence", "call-id")
            let sequence = try object.integer("sequence", 1...Int.max, unit: "")
            if let callID = try object.optionalString("call-id") {
                guard sequence == nil else { throw object.notAllowed("call-id", "does not go with \"sequence\"") }
                self = .explain(.callID(callID))
            } else {
                _ = try object.required("sequence")
                guard let sequence else { throw object.notAllowed("sequence", "must be a number") }
                self = .explain(.sequence(Int64(sequence)))
            }
        case .budget:
            _ = try object()
            self = .budgets
        case .statement:
            let object = try ObjectReader(value, path: "", keys: ["verb", "id", "account"] + StatementOptions.keys)
            _ = try object.required("account")
            self = .statement(
                account: try object.identifier("account") ?? "", try StatementOptions(in: object))
        case .report:
            let object = try ObjectReader(value, path: "", keys: ["verb", "id"] + StatementOptions.keys)
            self = .report(try StatementOptions(in: object))
        case .cdrVerify: self = try Request(verification: try object("from", "to", "noted-sequence", "noted-hash"))
        case .cdrCredit: self = try Request(credit: try object("sequence", "amount", "note"))
        case .cdrRerate:
            self = try Request(rerating: try object("from", "to", "account", "action", "note", "dry-run"))
        case .participantsForget: self = .forgetParticipant(try object("number").string("number"))
        case .trunks:
            _ = try object()
            self = .trunks
        case .status:
            _ = try object()
            self = .status
        case .trunkUp, .trunkDown:
            let name = try object("trunk").string("trunk")
            self = .setTrunk(name, up: verb == .trunkUp)
        case .smsc:
            _ = try object()
            self = .smscs
        case .smscUp, .smscDown:
            self = .setSMSC(try object("smsc").string("smsc"), up: verb == .smscUp)
        case .promptRender:
            let object = try object("message", "language")
            self = .renderPrompt(
                message: try ActionDocument.message(in: object, code: .invalidValue),
                language: try object.word("language", ActionDocument.Language.self) ?? .dutch)
        }
    }
}

extension RecipientLine {
    static let keyNames = ["number", "id", "account", "channel", "line"]

    init(_ value: JSONValue, path: String) throws(ProtocolError) {
        // Known first, so that whatever else is wrong can be reported with it.
        var line: Int?
        if case .object(let members) = value,
            case .integer(let given)? = members.first(where: { $0.key == "line" })?.value, given > 0
        {
            line = given
        }
        do throws(ProtocolError) {
            let object = try ObjectReader(value, path: path, keys: Self.keyNames)
            self.line = try object.integer("line", 1...Int(Int32.max))
            if case .integer? = object.optional("number") {
                let field = object.join("number")
                throw ProtocolError(
                    .wrongType, "\"\(field)\" must be a string: a number without quotes loses its 0 or +", field: field)
            }
            number = try object.string("number")
            reference = try object.optionalString("id") ?? ""
            account = try object.optionalString("account") ?? ""
            channel = try object.optionalString("channel") ?? ""
        } catch {
            var error = error
            error.line = line
            throw error
        }
    }

    /// Reads one line of a recipients file: `{"number":"0612345678","id":"P-1","account":"GM0513"}`, or the
    /// same within `{"recipient":...}` as on the wire.
    package static func decode(
        _ bytes: some Collection<UInt8>, limit: Int = LineSplitter.requestLimit
    ) throws(ProtocolError) -> RecipientLine {
        let value = try Request.parse(bytes, limit: limit)
        if case .object(let members) = value, members.contains(where: { $0.key == "recipient" }) {
            let object = try ObjectReader(value, path: "", keys: ["recipient"])
            return try RecipientLine(try object.required("recipient"), path: "recipient")
        }
        guard case .object = value else {
            throw ProtocolError(.wrongType, "a recipient is an object: {\"number\": ...}, not \(value.typeName)")
        }
        return try RecipientLine(value, path: "")
    }
}

extension ProtocolError {
    static func lineTooLong(limit: Int) -> ProtocolError {
        ProtocolError(.lineTooLong, "the line is longer than \(limit) bytes")
    }
}
