// swift-tools-version: 6.0
// SPDX-License-Identifier: GPL-3.0-or-later
import PackageDescription

/// Pure modules decide and never touch the world; the others act. `scripts/check-arrows` holds the
/// import arrows against docs/architecture.md.
let package = Package(
    name: "burgernetd",
    products: [
        .executable(name: "burgernetd", targets: ["burgernetd"]),
        .executable(name: "burgernetctl", targets: ["burgernetctl"]),
        .executable(name: "burgernetsim", targets: ["burgernetsim"]),
    ],
    targets: [
        // C libraries of the system.
        .systemLibrary(name: "CPJProject", pkgConfig: "libpjproject", providers: [.apt(["libpjproject-dev"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),

        // Pure modules.
        .target(name: "GatewayCore"),
        .target(name: "Billing", dependencies: ["GatewayCore"]),
        .target(name: "Pacing", dependencies: ["GatewayCore"]),
        .target(name: "Participants", dependencies: ["GatewayCore"]),
        .target(name: "SMPP", dependencies: ["GatewayCore"]),
        .target(name: "Actions", dependencies: ["GatewayCore", "Billing", "Pacing", "Participants", "SMPP"]),
        .target(name: "Forecasting", dependencies: ["GatewayCore", "Billing", "Pacing", "Actions"]),
        .target(name: "Wording", dependencies: ["GatewayCore"]),
        .target(name: "ControlProtocol", dependencies: ["GatewayCore"]),
        .target(name: "Evaluation", dependencies: ["GatewayCore", "Billing", "ControlProtocol"]),
        .target(name: "Alerting", dependencies: ["GatewayCore"]),
        .target(
            name: "Configuration",
            dependencies: ["GatewayCore", "Billing", "Pacing", "Participants", "SMPP", "Wording"]),

        // What Linux and systemd offer; every module that touches the world may use it.
        .target(name: "Platform", dependencies: ["GatewayCore"]),

        // The rooms of the engine, and its door: pure too.
        .target(name: "Trunks", dependencies: ["GatewayCore", "Pacing", "Actions"]),
        .target(name: "ActionRoster", dependencies: ["GatewayCore", "Pacing", "Participants", "Actions", "Trunks"]),
        .target(name: "Budgeting", dependencies: ["GatewayCore", "Billing", "Actions", "ActionRoster"]),
        .target(
            name: "Calling",
            dependencies: [
                "GatewayCore", "Billing", "Pacing", "Actions", "Forecasting", "Trunks", "ActionRoster", "Budgeting",
            ]),
        .target(
            name: "Texting",
            dependencies: [
                "GatewayCore", "Billing", "Pacing", "Participants", "SMPP", "Actions", "Forecasting", "ActionRoster",
                "Budgeting",
            ]),
        .target(
            name: "ActionEngine",
            dependencies: [
                "GatewayCore", "Billing", "Pacing", "Participants", "SMPP", "Actions", "Forecasting", "Trunks",
                "ActionRoster", "Budgeting", "Calling", "Texting",
            ]),

        // The engine over a telephone network in simulated time.
        .target(name: "Rehearsal", dependencies: ["GatewayCore", "Pacing", "Actions", "ActionEngine"]),

        // Modules that touch the world; none imports another but Platform.
        .target(
            name: "Store",
            dependencies: ["CSQLite", "GatewayCore", "Actions", "Billing", "Participants", "SMPP", "Platform"]),
        .target(name: "CRTP", cSettings: [.define("_GNU_SOURCE")]),
        .target(name: "CListening", linkerSettings: [.linkedLibrary("m")]),
        .target(
            name: "CPJSIP", dependencies: ["CPJProject", "CRTP"],
            cSettings: [
                // pkg-config's own -D does not reach the compiler through SwiftPM.
                .define("PJ_AUTOCONF", to: "1"),
                .define("_GNU_SOURCE"),
                // Includes name the layer: "Base/timer.h".
                .headerSearchPath("."),
            ]),
        .target(name: "Voice", dependencies: ["CPJSIP", "GatewayCore"], linkerSettings: [.linkedLibrary("resolv")]),
        .target(name: "Speech", dependencies: ["GatewayCore", "Platform", "Wording"]),
        .target(name: "CTLS", linkerSettings: [.linkedLibrary("ssl"), .linkedLibrary("crypto")]),
        .target(name: "Messaging", dependencies: ["SMPP", "CTLS", "Platform"]),

        // Wiring.
        .target(
            name: "Gateway",
            dependencies: [
                "GatewayCore", "Billing", "Pacing", "Participants", "Actions", "Forecasting", "ActionRoster",
                "Budgeting", "Texting", "ActionEngine", "ControlProtocol", "Configuration", "Platform", "Store",
                "Voice", "Speech", "SMPP", "Messaging", "Wording", "Evaluation",
            ]),
        .target(name: "Simulator", dependencies: ["GatewayCore", "Platform", "Voice", "Speech", "SMPP", "Messaging"]),
        .executableTarget(name: "burgernetd", dependencies: ["Gateway", "GatewayCore", "Configuration"]),
        .executableTarget(
            name: "burgernetctl", dependencies: ["Alerting", "ControlProtocol", "GatewayCore", "SMPP", "Billing"]),
        .executableTarget(name: "burgernetsim", dependencies: ["Simulator", "Rehearsal"]),

        // What tests of several modules share.
        .target(name: "TestSupport", path: "Tests/TestSupport"),
        .testTarget(name: "GatewayCoreTests", dependencies: ["GatewayCore"]),
        .testTarget(name: "BillingTests", dependencies: ["Billing", "GatewayCore"]),
        .testTarget(name: "PacingTests", dependencies: ["Pacing", "GatewayCore"]),
        .testTarget(name: "ParticipantsTests", dependencies: ["Participants", "GatewayCore"]),
        .testTarget(
            name: "ActionsTests",
            dependencies: [
                "Actions", "Forecasting", "Trunks", "ActionRoster", "Budgeting", "Calling", "Texting", "ActionEngine",
                "GatewayCore", "Billing", "Pacing", "Participants", "SMPP",
            ]),
        .testTarget(name: "RehearsalTests", dependencies: ["Rehearsal", "GatewayCore", "Pacing"]),
        .testTarget(name: "ControlProtocolTests", dependencies: ["ControlProtocol", "GatewayCore"]),
        .testTarget(
            name: "EvaluationTests", dependencies: ["Evaluation", "Billing", "ControlProtocol", "GatewayCore"]),
        .testTarget(
            name: "AlertingTests", dependencies: ["Alerting", "GatewayCore"], exclude: ["Samples"]),
        .testTarget(
            name: "ConfigurationTests",
            dependencies: ["Configuration", "GatewayCore", "Billing", "Pacing", "TestSupport", "Wording"]),
        .testTarget(
            name: "StoreTests", dependencies: ["Store", "Actions", "Billing", "GatewayCore", "Participants", "SMPP"]),
        .testTarget(
            name: "SMPPTests", dependencies: ["SMPP"],
            exclude: ["Golden/record.py", "Golden/recorded", "Golden/ours.json"]),
        .testTarget(name: "MessagingTests", dependencies: ["Messaging", "SMPP", "CTLS"]),
        .testTarget(name: "PlatformTests", dependencies: ["Platform", "GatewayCore", "TestSupport"]),
        .testTarget(name: "VoiceTests", dependencies: ["Voice", "CPJSIP", "GatewayCore"]),
        .testTarget(name: "WordingTests", dependencies: ["Wording", "GatewayCore"]),
        .testTarget(name: "SpeechTests", dependencies: ["Speech", "GatewayCore", "Wording"]),
        .testTarget(
            name: "GatewayTests",
            dependencies: [
                "Gateway", "GatewayCore", "Actions", "ActionEngine", "Forecasting", "Configuration", "ControlProtocol",
                "Pacing", "Participants", "Platform", "Store", "Billing", "SMPP", "TestSupport", "Wording",
            ]),
        .testTarget(name: "SimulatorTests", dependencies: ["Simulator", "SMPP", "GatewayCore", "TestSupport"]),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .gnu17
)
