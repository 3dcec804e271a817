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
        .target(name: "SMPP", dependencies: ["GatewayCore"]),
        .target(name: "Actions", dependencies: ["GatewayCore", "Billing", "Pacing", "SMPP"]),
        .target(name: "ControlProtocol", dependencies: ["GatewayCore"]),

        // Modules that touch the world; none imports another.
        .target(name: "Store", dependencies: ["CSQLite", "GatewayCore", "Actions", "Billing", "SMPP"]),
        .target(name: "CRTP", cSettings: [.define("_GNU_SOURCE")]),
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
        .target(name: "Speech", dependencies: ["GatewayCore"]),
        .target(name: "CTLS", linkerSettings: [.linkedLibrary("ssl"), .linkedLibrary("crypto")]),
        .target(name: "Messaging", dependencies: ["SMPP", "CTLS", "GatewayCore"]),

        // Wiring.
        .target(
            name: "Gateway",
            dependencies: [
                "GatewayCore", "Billing", "Pacing", "Actions", "ControlProtocol", "Store", "Voice", "Speech",
                "SMPP", "Messaging",
            ]),
        .target(name: "Simulator", dependencies: ["GatewayCore", "Voice", "Speech", "SMPP", "Messaging"]),
        .executableTarget(name: "burgernetd", dependencies: ["Gateway"]),
        .executableTarget(name: "burgernetctl", dependencies: ["ControlProtocol", "GatewayCore", "SMPP", "Billing"]),
        .executableTarget(name: "burgernetsim", dependencies: ["Simulator"]),

        .testTarget(name: "GatewayCoreTests", dependencies: ["GatewayCore"]),
        .testTarget(name: "BillingTests", dependencies: ["Billing", "GatewayCore"]),
        .testTarget(name: "PacingTests", dependencies: ["Pacing", "GatewayCore"]),
        .testTarget(name: "ActionsTests", dependencies: ["Actions", "GatewayCore", "Billing", "Pacing", "SMPP"]),
        .testTarget(name: "ControlProtocolTests", dependencies: ["ControlProtocol", "GatewayCore"]),
        .testTarget(name: "StoreTests", dependencies: ["Store", "Actions", "Billing", "GatewayCore", "SMPP"]),
        .testTarget(
            name: "SMPPTests", dependencies: ["SMPP"],
            exclude: ["Golden/record.py", "Golden/recorded", "Golden/ours.json"]),
        .testTarget(name: "MessagingTests", dependencies: ["Messaging", "SMPP", "GatewayCore"]),
        .testTarget(name: "VoiceTests", dependencies: ["Voice", "GatewayCore"]),
        .testTarget(name: "SpeechTests", dependencies: ["Speech", "GatewayCore"]),
        .testTarget(
            name: "GatewayTests", dependencies: ["Gateway", "GatewayCore", "Actions", "Pacing", "Store", "Billing"]),
        .testTarget(name: "SimulatorTests", dependencies: ["Simulator", "SMPP", "GatewayCore"]),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .gnu17
)
