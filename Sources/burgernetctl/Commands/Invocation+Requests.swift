// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import GatewayCore
import Glibc

extension Invocation {
    func connect() throws -> DaemonConnection {
        let fromEnvironment = getenv("BURGERNETD_SOCKET").map { String(cString: $0) } ?? ""
        let standard = fromEnvironment.isEmpty ? defaultSocketPath : fromEnvironment
        return try DaemonConnection(path: value("socket") ?? standard)
    }

    /// One request. With `--json` its replies are printed as they are, else they go to `show`, which takes those that
    /// it knows: a newer daemon may have others.
    func perform(_ verb: any Verb, show: (Reply) throws -> Void) throws {
        try connect().exchange(verb) { reply, line in
            try deliver(reply, line, show: show)
        }
    }

    /// Throws when the reply refuses the request.
    func deliver(_ reply: Reply, _ line: [UInt8], show: (Reply) throws -> Void) throws {
        if isJSON { try output.write(line + [10]) }
        if let journal = reply.journal, reply.error == nil, !isJSON {
            let left = journal.spaceLeft.map { ", \($0 >> 20) MiB left" } ?? ""
            output.note(
                "The daemon cannot write to its disk since \(localTime(journal.since.timestamp))\(left): it shows what it "
                    + "knows, and what was done is not on the disk yet (\(printable(journal.error))).")
        }
        if let error = reply.error {
            let text = error.message.replacing("\"officer\"", with: "--officer NAME")
            throw Failure.refusal(error, isJSON ? nil : text)
        }
        if !isJSON { try show(reply) }
    }

    /// The argument that names an action.
    func actionID(_ index: Int = 0) throws -> ActionID {
        try actionID(named: argument(index) ?? "")
    }

    func actionID(named text: String) throws -> ActionID {
        do {
            return try ActionID(text)
        } catch let error as IdentifierError {
            throw Failure.usage(printable(error.description), command: command)
        }
    }

    func usage(_ message: String) -> Failure { .usage(message, command: command) }
}

/// `1 recipient`, `3700 recipients`.
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
