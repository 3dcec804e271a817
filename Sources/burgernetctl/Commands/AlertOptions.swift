// SPDX-License-Identifier: GPL-3.0-or-later
import Alerting
import ControlProtocol
import GatewayCore

/// What an alert does not say and an action needs.
struct AlertOptions {
    static let all =
        [
            Option(
                name: "cap", value: "FILE", help: "instead of ACTION.json: an alert of the Common Alerting Protocol 1.2"
            )
        ] + additional

    /// Of `--cap` alone.
    static let additional = [
        Option(
            name: "channels", value: "LIST", help: "with --cap: voice (the default), sms, or both in order: voice,sms"),
        Option(name: "account", value: "CODE", help: "with --cap: who pays for recipients that name nobody"),
        Option(name: "sender", value: "NAME", help: "with --cap: whom the SMS comes from; else the SMSC's Sender="),
        Option(
            name: "allow-restricted", value: nil,
            help: "with --cap: the recipients are those for whom a restricted or private alert is meant"),
    ]

    let channels: [Channel]
    let account: String
    let sender: String?
    let allowsRestricted: Bool

    init(_ invocation: Invocation) throws {
        let words = (invocation.value("channels") ?? "voice").split(separator: ",").map(String.init)
        channels = try words.map { word in
            guard let channel = Channel(word: word) else {
                throw invocation.usage("--channels has \"\(printable(word))\"; voice and sms are channels")
            }
            return channel
        }
        guard !channels.isEmpty, Set(channels).count == channels.count else {
            throw invocation.usage("--channels names each channel once")
        }
        account = invocation.value("account") ?? ""
        guard account.isEmpty || isIdentifier(account) else {
            throw invocation.usage("--account \(printable(account)) is no account code")
        }
        sender = invocation.value("sender")
        allowsRestricted = invocation.has("allow-restricted")
    }

    /// The action that says what the alert says.
    func action(_ message: AlertMessage) throws -> ActionDocument {
        let isSpoken = channels.contains(.voice)
        guard !isSpoken || !message.prompt.isEmpty else {
            throw Failure.input(
                "the alert has no text in a language that can be spoken (\(Language.words.joined(separator: ", "))): "
                    + "--channels sms sends it as an SMS")
        }
        return ActionDocument(
            id: message.action, title: message.title, priority: message.priority, language: message.language,
            prompt: isSpoken ? message.prompt : [], starts: message.starts, expires: message.expires, account: account,
            channels: channels,
            sms: channels.contains(.sms) ? TextDocument(text: message.text, sender: sender) : nil)
    }
}

/// The plan of an alert's file.
func readAlert(_ path: String, _ options: AlertOptions) throws -> AlertPlan {
    let content = try readFile(path, maximum: AlertPlan.largestFile)
    do throws(AlertRefusal) {
        return try AlertPlan(
            CAPAlert(reading: content), allowsRestricted: options.allowsRestricted,
            longestPiece: ActionDocument.maximumText)
    } catch {
        let name = path == "-" ? "standard input" : path
        throw Failure.input(error.problems.map { "\(name): \($0)" }.joined(separator: "\n"))
    }
}
