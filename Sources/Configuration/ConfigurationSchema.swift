// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Pacing

/// Whether a running daemon can take a change over.
package enum ReloadEffect: Sendable {
    /// With `systemctl reload`.
    case live
    /// With `systemctl restart` only.
    case restart
}

/// One key of a section: how its value gets into the configuration and back.
struct ConfigurationKey<Target> {
    let name: String
    let effect: ReloadEffect
    /// A list appends; `addsToDefault`: also to the default.
    let isList: Bool
    let addsToDefault: Bool
    /// Stores the value (appends the words of a list); what is wrong with it.
    let assign: (inout Target, String) -> [ValueError]
    /// Empties a list, or takes the default's value.
    let reset: (_ target: inout Target, _ standard: Target) -> Void
    let text: (Target) -> String

    static func value<Value: Equatable>(
        _ name: String, _ path: WritableKeyPath<Target, Value>, _ reader: ValueReader<Value>,
        _ effect: ReloadEffect = .live
    ) -> ConfigurationKey {
        ConfigurationKey(
            name: name, effect: effect, isList: false, addsToDefault: false,
            assign: { target, text in
                do throws(ValueError) {
                    target[keyPath: path] = try reader.read(text)
                    return []
                } catch {
                    return [error]
                }
            },
            reset: { target, standard in target[keyPath: path] = standard[keyPath: path] },
            text: { reader.write($0[keyPath: path]) })
    }

    static func list<Value: Equatable>(
        _ name: String, _ path: WritableKeyPath<Target, [Value]>, _ reader: ValueReader<Value>,
        addsToDefault: Bool = false, _ effect: ReloadEffect = .live
    ) -> ConfigurationKey {
        ConfigurationKey(
            name: name, effect: effect, isList: true, addsToDefault: addsToDefault,
            assign: { target, text in
                var errors: [ValueError] = []
                do throws(ValueError) {
                    for word in try UnitWords.split(text) {
                        do throws(ValueError) {
                            target[keyPath: path].append(try reader.read(word))
                        } catch {
                            errors.append(error)
                        }
                    }
                } catch {
                    errors.append(error)
                }
                return errors
            },
            reset: { target, _ in target[keyPath: path] = [] },
            text: { $0[keyPath: path].map(reader.write).joined(separator: " ") })
    }
}

/// A section that exists once; its keys go into the configuration itself.
struct PlainSection {
    let kind: String
    let keys: [ConfigurationKey<GatewayConfiguration>]
}

/// `[Language nl]` while it is read.
struct LanguageDraft: Equatable {
    var command: [String] = []
}

/// Every section and key there is. docs/configuration.md explains them; a test holds both together.
enum ConfigurationSchema {
    static let trunkKind = "Trunk"
    static let languageKind = "Language"

    static var plainSections: [PlainSection] {
        [general, sip, rtp, call, numbers, speech, retry, messaging, billing, statement, privacy]
    }
    static var sectionKinds: [String] {
        plainSections.map(\.kind) + [languageKind, trunkKind, prefixKind, smscKind, accountKind]
    }

    /// Every section's kind with its keys, their defaults and effects.
    static var listing: [(section: String, key: String, standard: String, effect: ReloadEffect)] {
        let standard = GatewayConfiguration()
        let trunk = newTrunk(named: "")
        let smsc = newSMSC(named: "")
        return plainSections.flatMap { section in
            section.keys.map { (section.kind, $0.name, $0.text(standard), $0.effect) }
        } + languageKeys.map { (languageKind, $0.name, "", $0.effect) }
            + trunkKeys.map { key in
                let isRequired = requiredTrunkKeys.contains(key.name)
                return (trunkKind, key.name, isRequired ? "" : key.text(trunk), key.effect)
            }
            + prefixKeys.map { (prefixKind, $0.name, $0.text(PrefixLimits(prefix: "")), $0.effect) }
            + smscKeys.map { key in
                let isRequired = requiredSMSCKeys.contains(key.name)
                return (smscKind, key.name, isRequired ? "" : key.text(smsc), key.effect)
            }
            + accountKeys.map { (accountKind, $0.name, $0.text(GatewayConfiguration.Account(code: "")), $0.effect) }
    }

    private static var general: PlainSection {
        PlainSection(
            kind: "Gateway",
            keys: [
                .value("StateDirectory", \.general.stateDirectory, .path, .restart),
                .value("RuntimeDirectory", \.general.runtimeDirectory, .path, .restart),
                .value("SoundsDirectory", \.general.soundsDirectory, .path, .restart),
                .value("RecordingsDirectory", \.general.recordingsDirectory, .path, .restart),
                .value("ControlGroup", \.general.controlGroup, ValueReader<String>.group.optional, .restart),
                .value("LogLevel", \.general.logLevel, .oneOf),
                .value("DrainTimeout", \.general.drainTimeout, .duration(.zero ... .minutes(10))),
                .value("MaximumActionAge", \.general.maximumActionAge, .duration(.minutes(1) ... .minutes(43_200))),
                .value("DoubtHold", \.general.doubtHold, .duration(.zero ... .minutes(5))),
                .value("TimeScale", \.retry.timeScale, .number(0.001...10)),
            ])
    }

    private static var sip: PlainSection {
        PlainSection(
            kind: "SIP",
            keys: [
                .value("Bind", \.sip.bind, .addressOrNone(.ipv4), .restart),
                .value("BindIPv6", \.sip.bindIPv6, .addressOrNone(.ipv6), .restart),
                .value("Port", \.sip.port, .integer(0...65535), .restart),
                .value("TCP", \.sip.tcp, .boolean, .restart),
                .value("PublicAddress", \.sip.publicAddress, ValueReader<String>.address(.ipv4).optional, .restart),
                .value(
                    "PublicAddressIPv6", \.sip.publicAddressIPv6, ValueReader<String>.address(.ipv6).optional, .restart),
                .value("UserAgent", \.sip.userAgent, ValueReader<String>.text().optional, .restart),
                .value("DSCP", \.sip.dscp, .integer(0...63), .restart),
                .value("CPU", \.sip.cpu, ValueReader<Int>.integer(0...1023).optional, .restart),
            ])
    }

    private static var rtp: PlainSection {
        PlainSection(
            kind: "RTP",
            keys: [
                .value("Ports", \.rtp.ports, .portRange, .restart),
                .value("DSCP", \.rtp.dscp, .integer(0...63), .restart),
                .value("RealtimePriority", \.rtp.realtimePriority, .integer(0...99), .restart),
                .value("CPU", \.rtp.cpu, ValueReader<Int>.integer(0...1023).optional, .restart),
            ])
    }

    private static var call: PlainSection {
        PlainSection(
            kind: "Call",
            keys: [
                .value("RingTimeout", \.call.ringTimeout, .duration(.milliseconds(100) ... .minutes(10))),
                .value("NoResponseTimeout", \.call.noResponseTimeout, .duration(.milliseconds(100) ... .seconds(32))),
                .value("MaximumDuration", \.call.maximumDuration, .duration(.seconds(1) ... .minutes(60))),
                .value("ListenAfterMessage", \.call.listenAfterPrompt, .duration(.zero ... .seconds(60))),
                .value("MaximumRepeats", \.call.maximumRepeats, .integer(0...100)),
                .value("CallerNumber", \.call.callerNumber, .text(maximum: 32)),
                .value("CallerName", \.call.callerName, .text(maximum: 64)),
                .list("Codecs", \.call.codecs, .codec),
            ])
    }

    private static var numbers: PlainSection {
        PlainSection(
            kind: "Numbers",
            keys: [
                .value("CountryCode", \.numbers.countryCode, .countryCode),
                .list("Allow", \.numbers.allowed, .numberPrefix),
                .list("Refuse", \.numbers.refused, .numberPrefix, addsToDefault: true),
            ])
    }

    private static var speech: PlainSection {
        PlainSection(
            kind: "Speech",
            keys: [
                .value("TimeLimit", \.speech.timeLimit, .duration(.seconds(1) ... .minutes(10))),
                .value("Concurrency", \.speech.concurrency, .integer(1...64)),
                .value("MaximumMessage", \.speech.maximumMessage, .duration(.seconds(1) ... .minutes(60))),
                .value("CacheSize", \.speech.cacheSize, .size(0...(1 << 40))),
            ])
    }

    private static var retry: PlainSection {
        let delay = ValueReader<Interval>.duration(.seconds(1) ... .minutes(24 * 60))
        return PlainSection(
            kind: "Retry",
            keys: [
                .list("Busy", \.retry.busy, delay),
                .list("Unavailable", \.retry.unavailable, delay),
                .list("NoAnswer", \.retry.noAnswer, delay),
                .list("Unreachable", \.retry.unreachable, delay),
                .list("Congestion", \.retry.congestion, delay),
                .value("CongestionLimit", \.retry.congestionLimit, .integer(1...1000)),
                .value("AuthenticationRetry", \.authenticationRetry, delay),
            ])
    }

    static var languageKeys: [ConfigurationKey<LanguageDraft>] {
        [.value("Command", \.command, .command)]
    }

    static let requiredTrunkKeys = ["Host", "CallsPerSecond", "Channels"]

    /// A trunk before its keys are read; the required ones have impossible values.
    static func newTrunk(named name: String) -> GatewayConfiguration.Trunk {
        GatewayConfiguration.Trunk(name: name, host: "", callsPerSecond: 0, channels: 0)
    }

    static var trunkKeys: [ConfigurationKey<GatewayConfiguration.Trunk>] {
        let port = ValueReader<UInt16>.integer(1...65535)
        return [
            .value("Host", \.host, .host),
            .value("Port", \.port, port.optional),
            .value("Transport", \.transport, .oneOf),
            .list("Address", \.addresses, .trunkAddress),
            .value("CallsPerSecond", \.callsPerSecond, .number(0.01...10_000)),
            .value("Channels", \.channels, .integer(1...16_384)),
            .value("Priority", \.priority, .integer(0...1000)),
            .value("Weight", \.weight, .integer(1...10_000)),
            .value("Cost", \.cost, .number(0...1000)),
            .value("RampUp", \.rampUp, .duration(.zero ... .minutes(60))),
            .value("Username", \.username, ValueReader<String>.text().optional),
            .value("PasswordCredential", \.passwordCredential, ValueReader<String>.credential.optional),
            .value("PasswordFile", \.passwordFile, ValueReader<String>.path.optional),
            .value("Realm", \.realm, ValueReader<String>.text().optional),
            .value("FromHost", \.fromHost, ValueReader<String>.host.optional),
            .value("CallerNumber", \.callerNumber, ValueReader<String>.text(maximum: 32).optional),
            .value("NumberFormat", \.numberFormat, .oneOf),
            .value("Privacy", \.privacy, .boolean),
            .value("AssertedIdentity", \.assertedIdentity, .boolean),
            .value("UserPhone", \.userPhone, .boolean),
            .value("SessionTimers", \.sessionTimers, .boolean),
            .value("SessionExpires", \.sessionExpires, .duration(.seconds(90) ... .minutes(1440))),
            .value("Register", \.register, .boolean),
            .value("RegisterExpires", \.registerExpires, .duration(.seconds(30) ... .minutes(1440))),
            .value("RegisterUser", \.registerUser, ValueReader<String>.token("user part").optional),
            .value("ProbeInterval", \.probing, .duration(.zero ... .minutes(60))),
            .value("ProbeTimeout", \.probeTimeout, .duration(.milliseconds(100) ... .seconds(32))),
            .value("AcceptIncoming", \.acceptIncoming, .boolean),
            .list("Codecs", \.codecList, .codec),
        ]
    }
}

// The configuration in the shape of its keys.
extension GatewayConfiguration.RTP {
    fileprivate var ports: PortRange {
        get { PortRange(first: firstPort, last: lastPort) }
        set { (firstPort, lastPort) = (newValue.first, newValue.last) }
    }
}

extension GatewayConfiguration.Trunk {
    fileprivate var codecList: [Codec] {
        get { codecs ?? [] }
        set { codecs = newValue.isEmpty ? nil : newValue }
    }

    fileprivate var probing: Interval {
        get { probeInterval ?? .zero }
        set { probeInterval = newValue > .zero ? newValue : nil }
    }
}
