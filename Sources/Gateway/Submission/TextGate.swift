// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import Configuration
import ControlProtocol
import GatewayCore
import Speech
import Wording

/// The texts of a submission, and what `[Gate]` says of them. Any thread.
struct TextGate: Sendable {
    private let document: ActionDocument
    private let language: GatewayConfiguration.Language
    private let rules: GateRules
    /// By language.
    private let forms: [String: SpokenForm]
    private let callerNumbers: [String]
    /// By name; those that are not known are missing.
    private let recordings: [String: String]

    /// Blocks on the file that says what the recordings are, if the message has any.
    init(_ document: ActionDocument, _ configuration: GatewayConfiguration) {
        self.document = document
        let name = document.language.word
        language =
            configuration.speech.language(named: name) ?? GatewayConfiguration.Language(name: name, command: [])
        rules = configuration.textRules
        forms = configuration.speech.forms
        callerNumbers =
            [document.callerNumber ?? "", configuration.call.callerNumber].filter { !$0.isEmpty }
            + configuration.trunks.compactMap(\.callerNumber)
        let hasRecordings = document.prompt.contains { if case .recording = $0 { true } else { false } }
        recordings =
            hasRecordings
            ? StandardPrompts.texts(soundsDirectory: configuration.general.soundsDirectory, language: name) : [:]
    }

    /// Of texts that belong to an action that exists.
    init(
        _ id: ActionID, of original: ActionDefinition, spoken: String?, sms: String?,
        _ configuration: GatewayConfiguration
    ) {
        self.init(
            ActionDocument(
                id: id, language: Language(word: original.language) ?? .dutch, prompt: spoken.map { [.text($0)] } ?? [],
                callerNumber: original.callerNumber, sms: sms.map { TextDocument(text: $0) }), configuration)
    }

    private var texts: [PlacedText] {
        let spoken = document.prompt.enumerated().compactMap { index, piece -> PlacedText? in
            switch piece {
            case .text(let text, _): PlacedText("message[\(index)]", text)
            case .recording(let name):
                PlacedText("message[\(index)]", recordings[name] ?? "", isRecording: true)
            case .pause: nil
            }
        }
        return spoken + (document.sms.map { [PlacedText("sms", $0.text)] } ?? [])
    }

    /// - Parameter now: civil.
    func findings(now: Timestamp) -> [Wording.Finding] {
        let check = TextCheck(
            rules, form: SpokenForm(language: language.name, lexicon: language.lexicon), words: language.words,
            callerNumbers: callerNumbers, today: DutchTime(now))
        return check.findings(texts, kind: document.kind)
    }

    /// Refuses what the rules refuse; `now`: civil. `field`: that the texts came in; nil: by their places in the action.
    func check(now: Timestamp, field: String? = nil) throws(ProtocolError) {
        let errors = findings(now: now).filter { $0.severity == .error }
        guard let first = errors.first else { return }
        let more = errors.count > 1 ? " (and \(errors.count - 1) more, which a dry run shows)" : ""
        throw ProtocolError(
            .textRefused, "\(Self.words(first))\(more)",
            field: field ?? (first.place.isEmpty ? "action" : "action.\(first.place)"))
    }

    /// For whoever submitted it; `now`: civil.
    func warnings(now: Timestamp) -> [String] {
        findings(now: now).filter { $0.severity == .warning }.map(Self.words)
    }

    private static func words(_ finding: Wording.Finding) -> String {
        finding.place.isEmpty ? finding.text : "\(finding.place): \(finding.text)"
    }

    /// - Parameter now: civil.
    func report(now: Timestamp, promptMilliseconds: Int, segments: Int?, channels: [Channel: Int]) -> TextReport {
        var pieces = document.prompt.enumerated().map { index, piece in
            let place = "message[\(index)]"
            return switch piece {
            case .text(let text, let own):
                TextReport.Piece(
                    place: place, text: text, spoken: forms[(own ?? document.language).word]?.write(text) ?? text)
            case .recording(let name):
                TextReport.Piece(place: place, spoken: recordings[name], recording: name)
            case .pause(let milliseconds): TextReport.Piece(place: place, pause: milliseconds)
            }
        }
        if let sms = document.sms { pieces.append(TextReport.Piece(place: "sms", text: sms.text)) }
        return TextReport(
            language: language.name, pieces: pieces, promptMilliseconds: promptMilliseconds, segments: segments,
            channels: Dictionary(uniqueKeysWithValues: channels.map { ($0.key.word, $0.value) }),
            findings: findings(now: now).map {
                TextReport.Finding(
                    severity: $0.severity.rawValue, check: $0.check.rawValue, place: $0.place, text: $0.text)
            })
    }
}
