# SPDX-License-Identifier: GPL-3.0-or-later
import os
import signal
import socket
import subprocess
import sys
import unittest
from unittest import mock

from scripts import ROOT
from support import ports

PROGRAM = ROOT / "Tests" / "Acceptance" / "support" / "ports.py"


class Ports(unittest.TestCase):
    def setUp(self):
        self.allocators = []

    def tearDown(self):
        for allocator in self.allocators:
            allocator.close()

    def allocator(self):
        self.allocators.append(ports.PortAllocator())
        return self.allocators[-1]

    def test_nobody_is_given_what_another_has(self):
        one, other = self.allocator(), self.allocator()
        taken = set()
        for allocator, count in [(one, 2), (other, 1), (one, 1000), (other, 1), (other, 250), (one, 1)]:
            first = allocator.take(count) if count < 100 else allocator.take_range(count)
            self.assertEqual(first % 2, 0)
            self.assertTrue(taken.isdisjoint(range(first, first + count)))
            taken |= set(range(first, first + count))

    def test_what_others_use_without_asking_is_passed_over(self):
        allocator = self.allocator()
        first = allocator.take()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, socket.socket() as tcp:
            udp.bind(("127.0.0.1", first + 2))
            tcp.bind(("127.0.0.2", first + 5))
            self.assertEqual(allocator.take(2), first + 6)

    def test_when_none_are_left(self):
        block = self.allocator().take() // ports.SIZE
        with mock.patch.object(ports, "usable_blocks", return_value=[block]):
            self.assertRaises(RuntimeError, self.allocator().take)
            self.assertRaises(RuntimeError, self.allocator().take_range, 1000)

    def test_what_a_command_was_given_it_has_until_it_ends(self):
        with subprocess.Popen([sys.executable, PROGRAM, "A=1", "B=200", "--", "sh", "-c", "echo $A $B; exec cat"],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
            blocks = [int(port) // ports.SIZE for port in child.stdout.readline().split()]
            self.assertEqual([ports.hold(block) for block in blocks], [None, None])

    def test_the_kernel_gives_the_ports_of_a_killed_process_back(self):
        # No block of that number goes out, so that no other run takes it meanwhile.
        block = 1_000_000 + os.getpid()
        program = f"from support import ports; holder = ports.hold({block}); print(flush=True); input()"
        with subprocess.Popen([sys.executable, "-c", program], cwd=PROGRAM.parents[1], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True) as child:
            child.stdout.readline()
            self.assertIsNone(ports.hold(block))
            child.send_signal(signal.SIGKILL)
            child.wait()
        holder = ports.hold(block)
        self.assertIsNotNone(holder)
        holder.close()

    def test_the_kernel_s_own_range_is_left_alone(self):
        self.assertTrue(all(block * ports.SIZE + 99 < 32768 or block * ports.SIZE > 60999
                            for block in ports.usable_blocks((32768, 60999))))
        self.assertTrue(ports.usable_blocks((1024, 65535)))


if __name__ == "__main__":
    unittest.main()
