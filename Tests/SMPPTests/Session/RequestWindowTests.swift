// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@testable import SMPP

@Suite struct RequestWindowTests {
    private func entry(_ sequence: UInt32) -> RequestWindow.Entry {
        RequestWindow.Entry(
            sequence: sequence, command: .submitSM, token: UInt64(sequence) * 10, sentAt: Int64(sequence), ordinal: 0)
    }

    /// Against a dictionary and an array, with numbers that collide.
    @Test func behavesAsADictionaryInOrder() {
        var window = RequestWindow(capacity: 50)
        var order: [UInt32] = []
        var state: UInt64 = 7
        func draw(_ limit: UInt32) -> UInt32 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt32(truncatingIfNeeded: state >> 33) % limit
        }
        for _ in 0..<20_000 {
            // Multiples of 32 share their place in a table of 128.
            let sequence = draw(20) * 32 + draw(5) + 1
            if let index = order.firstIndex(of: sequence) {
                #expect(window.remove(sequence) == entry(sequence))
                order.remove(at: index)
            } else if window.isFull {
                #expect(window.removeOldest() == entry(order.removeFirst()))
            } else {
                window.insert(entry(sequence))
                order.append(sequence)
            }
            #expect(window.count == order.count)
            #expect(window.oldest?.sequence == order.first)
        }
        var found: [UInt32] = []
        window.forEach { found.append($0.sequence) }
        #expect(found == order)
        #expect(order.allSatisfy { window.contains($0) })
        #expect(window.remove(999_999) == nil)
        #expect(window.slotCount <= 50)
    }
}
