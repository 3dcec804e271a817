// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// The part of the command line that belongs to the SMSC.
package struct SMSCOptions: Equatable, Sendable {
    struct Setting: Equatable, Sendable {
        var name: SMSCSettings.Name
        var value: String
    }

    /// Where ESMEs connect to; nil: no SMSC.
    package var listen: ListenAddress?
    /// JSON; the options go over what it says.
    package var scenarioFile: String?
    package var logFile: String?
    /// PEM; nil: no TLS.
    package var certificateFile: String?
    package var keyFile: String?
    /// Whether the phone network runs too.
    package var hasVoice = true
    var settings: [Setting] = []

    package init() {}

    /// - Returns: false: not an option of the SMSC.
    mutating func setFlag(_ name: String) -> Bool {
        guard name == "--no-voice" else { return false }
        hasVoice = false
        return true
    }

    static func takesValue(_ name: String) -> Bool {
        ["--smsc", "--smsc-scenario", "--smsc-log", "--smsc-tls-certificate", "--smsc-tls-key"].contains(name)
            || setting(name) != nil
    }

    private static func setting(_ option: String) -> SMSCSettings.Name? {
        option.hasPrefix("--smsc-") ? SMSCSettings.Name(rawValue: String(option.dropFirst(7))) : nil
    }

    /// Throws ``ScenarioError``.
    mutating func set(_ option: String, to value: String) throws {
        switch option {
        case "--smsc": listen = try ListenAddress.parse(value, option: option)
        case "--smsc-scenario": scenarioFile = value
        case "--smsc-log": logFile = value
        case "--smsc-tls-certificate": certificateFile = value
        case "--smsc-tls-key": keyFile = value
        default:
            guard let name = Self.setting(option) else { throw ScenarioError("unknown option \(option); try --help") }
            do {
                var trial = SMSCSettings()
                try trial.set(name, to: value)
            } catch let error as ScenarioError {
                throw ScenarioError("\(option): \(error.description)")
            }
            settings.append(Setting(name: name, value: value))
        }
    }

    /// Throws ``ScenarioError`` when options are there that need another.
    func validate() throws {
        guard listen == nil else {
            if keyFile != nil, certificateFile == nil {
                throw ScenarioError("--smsc-tls-key needs --smsc-tls-certificate FILE")
            }
            return
        }
        if !hasVoice { throw ScenarioError("--no-voice needs --smsc ADDRESS:PORT, there is nothing to simulate") }
        if self != SMSCOptions() { throw ScenarioError("the --smsc- options need --smsc ADDRESS:PORT") }
    }

    /// - Parameter file: the contents of ``scenarioFile``.
    /// Throws ``ScenarioError``.
    func applied(to file: Data?) throws -> SMSCSettings {
        var result = SMSCSettings()
        if let file { try result.read(file) }
        for setting in settings { try result.set(setting.name, to: setting.value) }
        try result.validate()
        return result
    }

    static let usage = """

        An SMSC for SMPP 3.4 beside the phone network, or without it:

          --smsc ADDRESS:PORT        takes ESMEs here; usual port 2775
          --no-voice                 the SMSC alone, no SIP port is opened
          --smsc-scenario FILE       JSON with the settings below, see docs/simulator.md
          --smsc-log FILE            one JSON line a message; - for standard output
          --smsc-tls-certificate FILE, --smsc-tls-key FILE
          --smsc-account ID:PASSWORD who may bind; may be repeated (everybody)
          --smsc-ids FORM            decimal, hex, uuid, same, none (decimal)
          --smsc-receipt-ids FORM    same, hex, decimal, zero-padded, upper, lower (same)
          --smsc-receipts FORMAT     standard, short, tlv, payload, text-first, mixed (standard)
          --smsc-receipt-delay S, --smsc-receipt-spread S
          --smsc-outcomes NAME=WEIGHT,...  delivered, undelivered, expired, rejected, none
          --smsc-receipt-early X, --smsc-receipt-doubled X, --smsc-receipt-reordered X,
          --smsc-receipt-other-bind X, --smsc-receipt-after-reconnect X
          --smsc-deliver-window N, --smsc-deliver-timeout S, --smsc-deliver-retry S
          --smsc-rate N              ESME_RTHROTTLED beyond N submits a second (0: no limit)
          --smsc-queue-full PREFIX   or a share such as 0.05: ESME_RMSGQFUL for --smsc-queue-full-seconds S
          --smsc-drop-after N, --smsc-drop-every S, --smsc-drop-how reset or close
          --smsc-black-hole-after N, --smsc-black-hole-every S, --smsc-black-hole-seconds S
          --smsc-latency S, --smsc-latency-spread S, --smsc-response-drop X
          --smsc-enquire S, --smsc-enquire-timeout S
          --smsc-answer-share X, --smsc-answer-delay S, --smsc-answers NAME=WEIGHT,...
          --smsc-digits DIGITS=BEHAVIOUR,...  by the last digits, e.g. 99=undelivered,13=queue-full
          --smsc-keep N              finished messages that query_sm still knows (100000)
        """
}
