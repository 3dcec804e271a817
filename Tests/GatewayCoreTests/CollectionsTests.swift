// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Testing

struct CollectionsTests {
    @Test func queueKeepsItsOrder() {
        var queue = Fifo<UInt64>()
        var next: UInt64 = 0
        var expected: UInt64 = 0
        for round in 0..<5000 {
            for _ in 0..<(round % 3 + 1) {
                queue.append(next)
                next += 1
            }
            #expect(queue.popFirst() == expected)
            expected += 1
        }
        #expect(Array(queue.elements) == Array(expected..<next))
        #expect(queue.count == Int(next - expected))
    }

    @Test func whatIsPutBackComesOutFirst() {
        var queue = Fifo<Int>()
        queue.putBack(2)
        queue.append(3)
        queue.putBack(1)
        #expect(Array(queue.elements) == [1, 2, 3])
        #expect(queue.popFirst() == 1)
        queue.putBack(0)
        #expect(queue.first == 0)
        #expect(queue.count == 3)
    }

    @Test func heapSorts() {
        var heap = BinaryHeap<Int>()
        var value = 1
        var expected: [Int] = []
        for _ in 0..<1000 {
            value = value * 48_271 % 2_147_483_647
            heap.insert(value % 100)
            expected.append(value % 100)
        }
        var found: [Int] = []
        while let next = heap.popFirst() { found.append(next) }
        #expect(found == expected.sorted())
        #expect(heap.isEmpty)
    }

    @Test func equalDeadlinesKeepTheirOrder() {
        var heap = DeadlineHeap<Int>()
        for payload in 0..<100 { heap.insert(payload, at: Int64(payload % 3)) }
        #expect(heap.popDue(now: -1) == nil)
        var found: [Int] = []
        while let next = heap.popDue(now: 1) { found.append(next.payload) }
        #expect(found == (0..<100).filter { $0 % 3 == 0 } + (0..<100).filter { $0 % 3 == 1 })
        #expect(heap.earliest == 2)
    }
}
