#!/usr/bin/perl
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The rival: a client of Perl's Net::SMPP that keeps W submits under way and says how many it got answered a second.
#
#   netsmpp_client.pl PORT [--window W] [--messages N] [--text TEXT] [--mode transmitter|transceiver] [--receipts]
#
# Net::SMPP encodes each submit_sm and reads and decodes each response; --receipts asks for receipts, answers them and
# waits until each has come.
use strict;
use warnings;
use Getopt::Long;
use Net::SMPP;
use Time::HiRes qw(time);

my ($window, $messages, $text, $mode, $receipts) = (10, 100_000, 'Sirene: sluit ramen en deuren.', 'transmitter', 0);
my $port = shift @ARGV or die "usage: $0 PORT [options]\n";
GetOptions('window=i' => \$window, 'messages=i' => \$messages, 'text=s' => \$text, 'mode=s' => \$mode,
    'receipts' => \$receipts)
    or exit 2;
$mode = 'transceiver' if $receipts;
my $new = "new_$mode";
my ($client, $bound) = Net::SMPP->$new('127.0.0.1', port => $port, system_id => 'rival', password => 'geheim',
    system_type => '');
die "cannot bind\n" unless $client && $bound && $bound->{status} == 0;
my ($sent, $answered, $refused, $delivered) = (0, 0, 0, 0);
my $begin = time;
my $submitted;
while ($answered < $messages || ($receipts && $delivered < $messages - $refused)) {
    while ($sent < $messages && $sent - $answered < $window) {
        $client->submit_sm(
            async => 1, source_addr_ton => 5, source_addr_npi => 0, source_addr => 'NL-Alert', dest_addr_ton => 1,
            dest_addr_npi => 1, destination_addr => sprintf('316%08d', $sent), registered_delivery => $receipts ? 1 : 0,
            short_message => $text);
        $sent++;
    }
    my $pdu = $client->read_pdu or die "connection lost after $answered responses\n";
    if ($pdu->{cmd} == 0x80000004) {
        $answered++;
        $refused++ if $pdu->{status};
        $submitted = time if $answered == $messages;
    } elsif ($pdu->{cmd} == 0x5) {
        $client->deliver_sm_resp(seq => $pdu->{seq}, message_id => '');
        $delivered++;
    } elsif ($pdu->{cmd} == 0x15) {
        $client->enquire_link_resp(seq => $pdu->{seq});
    }
}
printf "%d submits, window %d: %.0f a second (%d refused)\n", $messages, $window, $messages / ($submitted - $begin), $refused;
printf "%d receipts: %.0f a second\n", $delivered, $delivered / (time - $begin) if $receipts;
$client->unbind;
