// SPDX-License-Identifier: GPL-3.0-or-later
import CPJSIP
import Dispatch
import Glibc

/// What to look up for a trunk.
package struct TrunkQuery: Sendable, Hashable {
    package enum Family: Sendable { case ipv4, ipv6, any }

    /// Host name or numeric address.
    package var host: String
    /// A port rules SRV out (RFC 3263 4.2).
    package var port: UInt16?
    package var transport: VoiceTransport
    package var family: Family

    package init(host: String, port: UInt16? = nil, transport: VoiceTransport = .udp, family: Family = .any) {
        self.host = host
        self.port = port
        self.transport = transport
        self.family = family
    }
}

/// One address of a trunk's next hop.
package struct ResolvedTarget: Sendable, Hashable {
    /// Numeric, no brackets.
    package var address: String
    package var port: UInt16
    /// SRV priority, lower first.
    package var priority: Int
    /// SRV weight.
    package var weight: Int
}

/// The outcome of a lookup: at least one target, best priority first.
package struct TrunkResolution: Sendable, Equatable {
    package var targets: [ResolvedTarget]
    /// When to look again: 5 to 300 seconds; `nil` for a numeric address.
    package var timeToLiveSeconds: Int?
}

/// No address was found.
package struct TrunkResolutionError: Error, Sendable, Equatable, CustomStringConvertible {
    package var host: String
    package var reason: String
    package var description: String { "no address for \(host): \(reason)" }
}

/// Looks trunks up by SRV and A/AAAA through the C library (RFC 2782, RFC 3263 section 4.2).
package final class TrunkResolver: Sendable {
    static let minimumTimeToLive = 5
    static let maximumTimeToLive = 300
    /// `getaddrinfo` says nothing about the time to live.
    static let addressTimeToLive = 60
    /// Bounds what a hostile or silly zone can make us probe.
    static let maximumTargets = 32

    private let queue = DispatchQueue(label: "trunk-resolver", attributes: .concurrent)

    package init() {}

    /// Looks up off the caller's thread; `completion` is called once, on a thread of the resolver.
    ///
    /// A numeric address needs no lookup and is completed the same way.
    /// After a failure the targets found before are still the best ones.
    package func resolve(
        _ query: TrunkQuery, completion: @escaping @Sendable (Result<TrunkResolution, TrunkResolutionError>) -> Void
    ) {
        queue.async { completion(TrunkResolver.lookUp(query)) }
    }

    /// What is known without a lookup, and at once: a numeric address; `nil` for a name.
    package static func numeric(_ query: TrunkQuery) -> TrunkResolution? {
        guard let address = SystemLookup.numeric(bare(query.host)) else { return nil }
        let target = ResolvedTarget(address: address, port: query.port ?? 5060, priority: 0, weight: 0)
        return TrunkResolution(targets: [target], timeToLiveSeconds: nil)
    }

    /// Without the brackets of an IPv6 address.
    private static func bare(_ host: String) -> String {
        host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
    }

    static func lookUp(_ query: TrunkQuery) -> Result<TrunkResolution, TrunkResolutionError> {
        if let known = numeric(query) { return .success(known) }
        let host = bare(query.host)
        // A name of one label, such as localhost, is nobody's SIP domain.
        if query.port == nil, host.contains(".") {
            switch services(of: host, query: query) {
            case .success(let resolution?): return .success(resolution)
            case .success(nil): break
            case .failure(let error): return .failure(error)
            }
        }
        switch SystemLookup.addresses(of: host, family: query.family) {
        case .success(let addresses):
            let targets = addresses.prefix(maximumTargets).map {
                ResolvedTarget(address: $0, port: query.port ?? 5060, priority: 0, weight: 0)
            }
            return .success(TrunkResolution(targets: Array(targets), timeToLiveSeconds: addressTimeToLive))
        case .failure(let error):
            return .failure(error)
        }
    }

    /// Success with `nil`: the name has no SRV records, so its addresses decide.
    private static func services(
        of host: String, query: TrunkQuery
    ) -> Result<TrunkResolution?, TrunkResolutionError> {
        let name = "_sip._\(query.transport == .udp ? "udp" : "tcp").\(host)"
        let records: [ServiceRecord]
        switch SystemLookup.serviceAnswer(name) {
        case .answer(let bytes): records = (try? DNSMessage(bytes))?.services(named: name) ?? []
        case .absent: records = []
        case .unknown:
            // The addresses of the bare name may be a web server's: better none than those.
            return .failure(TrunkResolutionError(host: host, reason: "no name server answers for \(name)"))
        }
        guard !records.isEmpty else { return .success(nil) }
        // RFC 2782: a single "." says that the service is decidedly not there.
        if records.count == 1, records[0].target.isEmpty {
            return .failure(TrunkResolutionError(host: host, reason: "\(name) says that there is no such service"))
        }
        var timeToLive = min(addressTimeToLive, records.map(\.timeToLive).min() ?? addressTimeToLive)
        timeToLive = min(max(timeToLive, minimumTimeToLive), maximumTimeToLive)
        var targets: [ResolvedTarget] = []
        for record in ServiceRecord.ordered(records) where !record.target.isEmpty && targets.count < maximumTargets {
            guard case .success(let addresses) = SystemLookup.addresses(of: record.target, family: query.family) else {
                continue
            }
            for address in addresses where targets.count < maximumTargets {
                let target = ResolvedTarget(
                    address: address, port: record.port, priority: Int(record.priority), weight: Int(record.weight))
                if !targets.contains(where: { $0.address == target.address && $0.port == target.port }) {
                    targets.append(target)
                }
            }
        }
        guard !targets.isEmpty else {
            return .failure(
                TrunkResolutionError(host: host, reason: "none of the hosts that \(name) names has an address"))
        }
        return .success(TrunkResolution(targets: targets, timeToLiveSeconds: timeToLive))
    }
}
