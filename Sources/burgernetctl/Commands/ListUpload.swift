// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import GatewayCore
import Glibc

/// A list whose rows go to the daemon while it is read: of recipients, or of participants.
final class ListUpload<Row: ListRow> {
    let fileName: String
    let input: Int32
    /// Rows that never got as far as the daemon.
    private(set) var invalid = 0
    /// The file cannot be read further.
    private(set) var fatal: ProtocolError?
    /// All of it was handed over.
    private(set) var isClosed = false
    private let invocation: Invocation
    /// What a row is called.
    private let noun: String
    private let encode: (Row) -> [UInt8]
    private var reader: ListFileReader<Row>
    private var shown = 0

    init(_ invocation: Invocation, _ path: String, of noun: String, encode: @escaping (Row) -> [UInt8]) throws {
        self.invocation = invocation
        self.noun = noun
        self.encode = encode
        fileName = path == "-" ? "standard input" : path
        input = try openInput(path)
        reader = ListFileReader(ignoresColumns: invocation.has("ignore-columns"))
    }

    deinit { if input != STDIN_FILENO { close(input) } }

    /// What is sent for a piece of the file; an empty one ends it.
    ///
    /// - Parameters:
    ///   - takesBack: Whether it ends without effect, although all of it can be read.
    ///   - report: Told which rows cannot be read, as the daemon would tell it.
    func lines(for bytes: [UInt8], takesBack: () -> Bool, report: (Reply) throws -> Void) throws -> [UInt8] {
        guard !isClosed else { return [] }
        let isEnd = bytes.isEmpty
        var outgoing: [UInt8] = []
        for event in isEnd ? reader.finish() : reader.consume(bytes) {
            switch event {
            case .row(let row):
                let line = encode(row)
                if line.count > Request.lineLimit {
                    try refuse(ProtocolError(.lineTooLong, "the \(noun) is too long", line: row.line), report)
                } else {
                    outgoing += line
                }
            case .invalid(let error): try refuse(error, report)
            case .unreadable(let error): fatal = error
            }
        }
        if isEnd || fatal != nil {
            isClosed = true
            outgoing += (fatal != nil || takesBack() ? Request.abort : Request.commit).encode()
        }
        return outgoing
    }

    private func refuse(_ error: ProtocolError, _ report: (Reply) throws -> Void) throws {
        invalid += 1
        let invalid = InvalidRecipient(line: error.line ?? 0, number: "", reason: error.message)
        let reply = Reply.part(Replies.invalid, invalid)
        if invocation.isJSON { try invocation.output.write(reply.encodeLine()) }
        try report(reply)
    }

    /// - Parameter nothing: What did not happen.
    func mustBeReadable(_ nothing: String) throws {
        guard let fatal else { return }
        let place = fatal.line.map { ", line \($0)" } ?? ""
        throw Failure.input("\(nothing): \(fileName)\(place): \(fatal.message)")
    }

    /// A line on a screen for each row that the daemon refuses or passes over; `--json` has all.
    ///
    /// - Parameter advice: The daemon's words with the options of this program.
    /// - Returns: Whether the reply was about a row.
    func show(_ reply: Reply, advice: (String) -> String) -> Bool {
        if let invalid = reply.content(of: Replies.invalid) {
            let number = invalid.number.isEmpty ? "" : "\(invalid.number): "
            note("line \(invalid.line): \(number)\(advice(invalid.reason))")
        } else if let duplicate = reply.content(of: Replies.duplicate) {
            note("line \(duplicate.line): \(duplicate.number): the same number as in line \(duplicate.firstLine)")
        } else {
            return false
        }
        return true
    }

    func note(_ text: String) {
        shown += 1
        if shown <= maximumShownLines {
            invocation.output.note(printable(text))
        } else if shown == maximumShownLines + 1 {
            invocation.output.note("more lines like these are not shown; --json shows all")
        }
    }
}

private let maximumShownLines = 100
