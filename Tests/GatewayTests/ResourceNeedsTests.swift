// SPDX-License-Identifier: GPL-3.0-or-later
import Configuration
import Platform
import Testing

@testable import Gateway

@Suite("What a configuration needs of the machine") struct ResourceNeedsTests {
    private func configuration(channels: Int, callsPerSecond: Double = 10, priority: Int = 0) -> GatewayConfiguration {
        var configuration = GatewayConfiguration()
        configuration.trunks = ["a", "b"].map {
            GatewayConfiguration.Trunk(
                name: $0, host: "192.0.2.1", callsPerSecond: callsPerSecond / 2, channels: channels / 2)
        }
        configuration.rtp.realtimePriority = priority
        return configuration
    }

    @Test("What there is enough of is not spoken of, nor what is not known")
    func enough() {
        let needs = ResourceNeeds(configuration(channels: 1000))
        let plenty = ProcessLimits(
            descriptors: 65_536, realtimePriority: 50, receiveBuffer: 4 << 20, memory: 4 << 30)
        #expect(needs.shortfalls(plenty).isEmpty)
        #expect(needs.shortfalls(ProcessLimits()).isEmpty)
        #expect(needs.capacity(ProcessLimits()) == 8192)
    }

    @Test("Each shortfall names the figure that is needed")
    func shortfalls() {
        let needs = ResourceNeeds(configuration(channels: 1000, callsPerSecond: 200, priority: 20))
        #expect(needs.descriptors == needs.otherDescriptors + 2000)
        let few = ProcessLimits(descriptors: 1024, realtimePriority: 0, receiveBuffer: 212_992, memory: 64 << 20)
        let said = needs.shortfalls(few)
        #expect(said.count == 4)
        #expect(said[0].contains("1000 channels need \(needs.descriptors) descriptors, the limit is 1024"))
        #expect(said[0].contains("more than \(needs.capacity(few)) wait"))
        #expect(said[1].contains("MiB of memory, 64 MiB are there"))
        #expect(said[2].contains("LimitRTPRIO=20"))
        #expect(said[3].contains("net.core.rmem_max=460800"))
    }

    @Test("However few descriptors there are, calls and others have a share each", arguments: [4, 64, 256, 1024, 4096])
    func shares(_ descriptors: Int) {
        let needs = ResourceNeeds(configuration(channels: 10_000))
        let limits = ProcessLimits(descriptors: descriptors)
        let capacity = needs.capacity(limits)
        #expect(
            capacity >= descriptors / 4 && 2 * capacity <= max(descriptors / 2, descriptors - needs.otherDescriptors))
        #expect(needs.socketPairs(limits) == capacity)
    }

    @Test("With fewer descriptors than it needs for itself there is no start, and few clients leave some to calls")
    func least() {
        let needs = ResourceNeeds(configuration(channels: 2))
        #expect(needs.obstacle(ProcessLimits(descriptors: 16))?.contains("it needs \(needs.leastDescriptors)") == true)
        #expect(needs.obstacle(ProcessLimits(descriptors: needs.leastDescriptors)) == nil)
        #expect(needs.obstacle(ProcessLimits()) == nil && needs.leastDescriptors < 100)
        #expect(needs.clients(ProcessLimits(descriptors: 100)) == 12)
        #expect(needs.clients(ProcessLimits(descriptors: 65_536)) == 128 && needs.clients(ProcessLimits()) == 128)
    }

    @Test("Ports of before a restart carry so many, whatever the channels are")
    func ports() {
        var configuration = configuration(channels: 1000)
        (configuration.rtp.firstPort, configuration.rtp.lastPort) = (20_000, 20_999)
        let needs = ResourceNeeds(configuration)
        #expect(needs.capacity(ProcessLimits(descriptors: 65_536)) == 500)
        #expect(needs.shortfalls(ProcessLimits()).first?.contains("those in use carry 500 calls") == true)
    }

    @Test("This process's limits can be read, and its descriptors are as many as it may have")
    func here() {
        ProcessLimits.raiseDescriptors()
        let limits = ProcessLimits.read()
        #expect((limits.memory ?? 1) > 0 && (limits.receiveBuffer ?? 1) > 0 && (limits.descriptors ?? 1) > 0)
    }
}
