#!/usr/bin/perl
# SPDX-License-Identifier: GPL-3.0-or-later
#
# An SMSC of Perl's Net::SMPP: its decoders and its encoders around a select loop of our own, since the module itself only
# reads and writes blocking sockets. Fast enough for benchmarks, and the acceptance tests run it with --log and --control.
#
#   netsmpp_server.pl PORT [--receipts asked|always|none] [--throttle N] [--latency MS] [--settings JSON] [--log FILE]
#                     [--control] [--every N]
#
# Receipts are off unless asked for. Without --log it says on standard output, when a client leaves, how many submits came
# at what rate; with --every N also, at each N of them, how many and after how many seconds. With --control it takes JSON
# lines on standard input. The settings are those of Tests/Acceptance/support/smsc/behaviour.py.
use strict;
use warnings;
use Encode ();
use Fcntl;
use Getopt::Long;
use IO::Socket::INET;
use JSON::PP ();
use Net::SMPP;
use POSIX qw(strftime);
use Socket qw(SOL_SOCKET SO_LINGER IPPROTO_TCP TCP_NODELAY);
use Symbol ();
use Time::HiRes qw(time);

package Far;
our @ISA = ('Net::SMPP');

# One connection. Everything that Net::SMPP sends goes through syswrite; the loop writes it out.
sub open_far {
    my ($class, $socket, $number) = @_;
    my $me = bless Symbol::gensym(), $class;
    ${*$me}{$_} = Net::SMPP::Default->{$_} for keys %{ Net::SMPP::Default() };
    $me->set_version(0x34);
    my %own = (socket => $socket, number => $number, in => '', out => '', mode => '', async => 1, seq => 0, held => [],
        unanswered => {}, deaf => 0);
    ${*$me}{$_} = $own{$_} for keys %own;
    return $me;
}
sub syswrite { ${ *{ $_[0] } }{out} .= $_[1]; return length $_[1] }

package main;

# The module warns of each vendor-specific TLV, and of half a PDU when a client goes.
$SIG{__WARN__} = sub { print STDERR @_ unless $_[0] =~ /Unknown tag|premature eof/ };
$SIG{PIPE} = 'IGNORE';

my %settings = (
    receipts => 'none', receipt_delay => 0, outcomes => { DELIVRD => 1 }, outcome_of => {}, receipt_format => 'both',
    receipt_order => 'after', receipt_batch => 10, receipt_bind => 'same', id_style => 'decimal', receipt_id_style => undef,
    id_start => 1000, throttle => 0, queue_full => [], status_of => {}, latency => 0, reverse_responses => 0,
    drop_responses => 0, drop_enquire => 0, cut_after => 0, cut_mid_pdu => 0, refuse_bind => 0, silent_bind => 0,
    sc_interface_version => undef, message_state => 2, default_alphabet => 'gsm0338',
    # Messages do not arrive before this is 0 again; until then cancel_sm and replace_sm find them.
    keep => 0,
    # What becomes of cancel_sm and replace_sm: done, silent (done and not answered), unknown (ESME_RINVCMDID), or nack
    # (generic_nack of it).
    commands => 'done',
);
# Messages that have not arrived, by id: text and destination.
my %kept;
my %states = (ENROUTE => 1, DELIVRD => 2, EXPIRED => 3, DELETED => 4, UNDELIV => 5, ACCEPTD => 6, UNKNOWN => 7, REJECTD => 8);
my ($log_file, $control, $json_settings, $receipts, $throttle, $latency);
my $every = 0;
my $port = shift @ARGV or die "usage: $0 PORT [options]\n";
GetOptions('log=s' => \$log_file, 'control' => \$control, 'settings=s' => \$json_settings, 'receipts=s' => \$receipts,
    'throttle=i' => \$throttle, 'latency=i' => \$latency, 'every=i' => \$every)
    or exit 2;
my $json = JSON::PP->new->canonical->ascii->allow_nonref;
my $reader = JSON::PP->new->utf8;
if ($json_settings) { my $given = $reader->decode($json_settings); set(%$given) }
$settings{receipts} = $receipts if defined $receipts;
$settings{throttle} = $throttle if defined $throttle;
$settings{latency} = $latency if defined $latency;

my $log;
if ($log_file) { open $log, '>>', $log_file or die "$log_file: $!\n"; $log->autoflush(1) }
$| = 1;

my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $port, Proto => 'tcp', Listen => 64, ReuseAddr => 1)
    or die "port $port: $!\n";
$listener->blocking(0);
my (%far, $count, @timers, $next_id, @seconds, @reversed, %own_requests, $quit);
my ($submits, $first, $last) = (0);
my $draw = 0;
srand 1;
# Nothing to see to in a submit beyond counting and answering it: the benchmark's path.
my $plain;
settle();
$SIG{TERM} = $SIG{INT} = sub { $quit = 1 };
event('listening', port => $port + 0);

sub set {
    my %given = @_;
    for my $name (keys %given) {
        die "no setting $name\n" unless exists $settings{$name};
        my $value = $given{$name};
        $settings{$name} = JSON::PP::is_bool($value) ? ($value ? 1 : 0) : $value;
    }
    settle();
}

sub settle {
    $plain = !$log && $settings{receipts} eq 'none' && !grep { $settings{$_} }
        qw(throttle latency reverse_responses drop_responses cut_after);
    $plain &&= !@{ $settings{queue_full} } && !%{ $settings{status_of} };
}

sub event {
    my ($name, %values) = @_;
    return unless $log;
    print $log $json->encode({ event => $name, time => time, %values }), "\n";
}

# What an event tells of a PDU; the loop below runs before any later declaration would.
my @mandatory = qw(service_type source_addr_ton source_addr_npi source_addr dest_addr_ton dest_addr_npi destination_addr
    esm_class protocol_id priority_flag schedule_delivery_time validity_period registered_delivery replace_if_present_flag
    data_coding sm_default_msg_id system_id password system_type interface_version addr_ton addr_npi address_range message_id
    message_state error_code final_date esme_addr_ton esme_addr_npi esme_addr dest_flag number_of_dests);
my %numeric = map { $_ => 1 } grep { /_ton$|_npi$|class$|_id$|flag$|delivery$|coding$|version$|state$|code$|dests$/ } @mandatory;
delete @numeric{qw(system_id message_id)};

# -- the loop

my $commands = '';
while (!$quit) {
    my ($in, $out) = ('', '');
    vec($in, fileno $listener, 1) = 1;
    vec($in, fileno STDIN, 1) = 1 if $control;
    for my $far (values %far) {
        my $number = fileno ${*$far}{socket};
        vec($in, $number, 1) = 1 unless ${*$far}{deaf};
        vec($out, $number, 1) = 1 if length ${*$far}{out};
    }
    my $wait = @timers ? $timers[0][0] - time : 5;
    my $found = select $in, $out, undef, $wait < 0 ? 0 : $wait;
    while (@timers && $timers[0][0] <= time) { (shift @timers)->[1]->() }
    next if $found <= 0;
    accept_one() if vec $in, fileno $listener, 1;
    command_input() if $control && vec $in, fileno STDIN, 1;
    for my $far (values %far) {
        my $number = fileno ${*$far}{socket};
        next unless defined $number;
        if (vec $in, $number, 1) {
            my $got = sysread ${*$far}{socket}, ${*$far}{in}, 262144, length ${*$far}{in};
            if (!$got) { leave($far, defined $got ? 'client' : "$!") unless !defined $got && $!{EAGAIN}; next }
            take($far);
        }
        flush_out($far) if $far{ ${*$far}{number} } && length ${*$far}{out};
    }
}
report();
event('quit');

sub at {
    my ($delay, $do) = @_;
    my $due = time + $delay / 1000;
    # Mostly due in the order of coming, so the search from the end is short.
    my $index = @timers;
    $index-- while $index && $timers[ $index - 1 ][0] > $due;
    splice @timers, $index, 0, [ $due, $do ];
}

sub admit {
    my ($socket) = @_;
    $socket->blocking(0);
    setsockopt $socket, IPPROTO_TCP, TCP_NODELAY, 1;
    my $number = ++$count;
    $far{$number} = Far->open_far($socket, $number);
    event('open', connection => $number);
    return $far{$number};
}

sub accept_one { my $socket = $listener->accept or return; admit($socket) }

sub flush_out {
    my ($far) = @_;
    my $sent = syswrite ${*$far}{socket}, ${*$far}{out};
    if (defined $sent) { substr ${*$far}{out}, 0, $sent, '' }
    elsif (!$!{EAGAIN}) { leave($far, "$!") }
}

sub leave {
    my ($far, $reason) = @_;
    delete $far{ ${*$far}{number} } or return;
    close ${*$far}{socket};
    event('close', connection => ${*$far}{number}, reason => $reason);
    report();
}

sub cut {
    my ($far, $half) = @_;
    if ($half) {
        syswrite ${*$far}{socket}, $half;
    } else {
        # A reset, as of a far end that died, not an orderly close.
        setsockopt ${*$far}{socket}, SOL_SOCKET, SO_LINGER, pack 'll', 1, 0;
    }
    leave($far, 'cut');
}

sub report {
    return if $log || !$submits;
    my $took = $last - $first;
    printf "%d submits in %.3f s: %.0f a second\n", $submits, $took, $took > 0 ? $submits / $took : 0;
    ($submits, $first, $last) = (0);
}

# -- PDUs that come in

sub take {
    my ($far) = @_;
    my $in = \${*$far}{in};
    my $position = 0;
    my $before = $submits;
    my $now = time;
    while (length($$in) - $position >= 16) {
        my ($length, $cmd, $status, $seq) = unpack 'NNNN', substr $$in, $position, 16;
        if ($length < 16 || $length > 1 << 20) {
            event('malformed', connection => ${*$far}{number}, hex => unpack 'H*', substr $$in, $position, 64);
            $far->generic_nack(seq => 0, status => 2);
            flush_out($far);
            leave($far, 'command_length');
            return;
        }
        last if length($$in) - $position < $length;
        my $pdu = bless { cmd => $cmd, status => $status, seq => $seq, data => substr $$in, $position + 16, $length - 16 },
            'Net::SMPP::PDU';
        $position += $length;
        my $entry = Net::SMPP::pdu_tab->{$cmd};
        if (!$entry) {
            event(sprintf('0x%x', $cmd), connection => ${*$far}{number}, sequence => $seq, body => unpack 'H*', $pdu->{data});
            $far->generic_nack(seq => $seq, status => 3) unless $cmd & 0x80000000;
            next;
        }
        if (length $pdu->{data}) {
            my $mandatory = $entry->{decode}->($pdu, $far);
            Net::SMPP::decode_optional_params($pdu, $mandatory) if $mandatory < length $pdu->{data};
        }
        if ($cmd == 0x4) {
            $first = $now unless $submits++;
            printf "%d after %.3f s\n", $submits, $now - $first if $every && $submits % $every == 0;
            if ($plain) {
                $far->submit_sm_resp(seq => $seq, message_id => $submits, async => 1);
                next;
            }
            submit($far, $pdu);
        } else {
            other($far, $pdu, $entry->{cmd});
        }
        return unless $far{ ${*$far}{number} };
    }
    $last = $now if $submits > $before;
    substr $$in, 0, $position, '';
}

sub fields {
    my ($pdu) = @_;
    my %values = (sequence => $pdu->{seq});
    for my $name (@mandatory) {
        next unless defined $pdu->{$name};
        my $value = $pdu->{$name};
        $values{$name} = ref $value ? [ map { /^\d+$/ && $numeric{$name} ? $_ + 0 : $_ } @$value ]
            : $numeric{$name} && $value =~ /^\d+$/ ? $value + 0 : $value;
    }
    $values{short_message} = unpack 'H*', $pdu->{short_message} if defined $pdu->{short_message};
    # Net::SMPP leaves each TLV under its tag as a number.
    $values{optional} = { map { (Net::SMPP::param_tab->{$_} ? Net::SMPP::param_tab->{$_}{name} : sprintf '0x%04x', $_)
        => unpack 'H*', $pdu->{$_} } grep { /^\d+$/ } keys %$pdu };
    return %values;
}

sub codec_of {
    my ($coding) = @_;
    return $settings{default_alphabet} if $coding == 0;
    my %simple = (1 => 'ascii', 3 => 'latin-1', 8 => 'utf-16-be');
    return $simple{$coding} if $simple{$coding};
    my $group = $coding >> 4;
    return $coding & 4 ? undef : 'gsm0338' if $group == 0xf;
    return { 0 => 'gsm0338', 8 => 'utf-16-be' }->{ $coding & 0xc } if $group == 1 || $group == 3;
    return undef;
}

# Text, octets and segment. Net::SMPP leaves user data headers and alphabets to its user; the alphabets are Perl's own.
sub text_of {
    my ($pdu) = @_;
    my $payload = $pdu->{message_payload};
    my $body = defined $payload ? $payload : $pdu->{short_message};
    my $segment;
    if (!defined $payload && $pdu->{esm_class} & 0x40 && length $body) {
        my $header = unpack 'C/a*', $body;
        substr $body, 0, 1 + length $header, '';
        while (length $header) {
            my ($kind, $value) = unpack 'C C/a*', $header;
            substr $header, 0, 2 + length $value, '';
            my @parts = $kind == 0 ? unpack 'CCC', $value : $kind == 8 ? unpack 'nCC', $value : ();
            $segment = { by => 'udh', reference => $parts[0], total => $parts[1], number => $parts[2] } if @parts == 3;
        }
    }
    if (defined $pdu->{sar_total_segments}) {
        $segment = { by => 'sar', reference => unpack('n', $pdu->{sar_msg_ref_num}), total => ord $pdu->{sar_total_segments},
            number => ord $pdu->{sar_segment_seqnum} };
    }
    my $codec = codec_of($pdu->{data_coding});
    my $octets = $body;
    my $text = defined $codec ? Encode::decode($codec, $octets) : undef;
    return ($text, $body, $segment);
}

sub identifier {
    my ($number, $style) = @_;
    $style //= $settings{id_style};
    return '' if $style eq 'none';
    return '1' if $style eq 'same';
    return sprintf { decimal => '%d', hex => '%x', HEX => '%X', padded => '%010d' }->{$style}, $number;
}

sub status_for {
    my ($destination) = @_;
    return 0x14 if grep { $_ eq $destination } @{ $settings{queue_full} };
    return $settings{status_of}{$destination} if exists $settings{status_of}{$destination};
    if ($settings{throttle}) {
        my $now = time;
        shift @seconds while @seconds && $seconds[0] <= $now - 1;
        return 0x58 if @seconds >= $settings{throttle};
        push @seconds, $now;
    }
    return 0;
}

sub outcome_for {
    my ($destination) = @_;
    return $settings{outcome_of}{$destination} if $settings{outcome_of}{$destination};
    my $all = 0;
    $all += $_ for values %{ $settings{outcomes} };
    my $at = rand $all;
    for my $name (sort keys %{ $settings{outcomes} }) { return $name if ($at -= $settings{outcomes}{$name}) < 0 }
}

sub submit {
    my ($far, $pdu) = @_;
    my $status = status_for($pdu->{destination_addr});
    my $cutting = $settings{cut_after} && --$settings{cut_after} == 0;
    my $answered = $settings{drop_responses} <= 0;
    $settings{drop_responses}-- unless $answered;
    my ($id, $outcome, $number) = ('');
    if (!$status) {
        $number = $next_id = defined $next_id ? $next_id + 1 : $settings{id_start};
        $id = identifier($number);
        $outcome = outcome_for($pdu->{destination_addr});
    }
    my ($text, $body, $segment);
    if ($log) {
        ($text, $body, $segment) = text_of($pdu);
        event('submit', connection => ${*$far}{number}, status => $status, message_id => $id,
            answered => $answered ? JSON::PP::true : JSON::PP::false, outcome => $outcome, text => $text,
            body => unpack('H*', $body), segment => $segment, system_id => ${*$far}{bound}, fields($pdu));
    }
    my $respond = sub {
        return unless $far{ ${*$far}{number} };
        my $start = length ${*$far}{out};
        if ($status) { $far->submit_sm_resp(seq => $pdu->{seq}, status => $status, message_id => '') }
        else { $far->submit_sm_resp(seq => $pdu->{seq}, message_id => $id) }
        if (!$answered) { substr ${*$far}{out}, $start, length ${*$far}{out}, '' }
        elsif ($settings{reverse_responses}) {
            push @{ ${*$far}{held} }, substr ${*$far}{out}, $start, length ${*$far}{out}, '';
            if (@{ ${*$far}{held} } >= $settings{reverse_responses}) {
                ${*$far}{out} .= join '', reverse splice @{ ${*$far}{held} };
            }
        }
    };
    if ($cutting) {
        my $half = '';
        if ($settings{cut_mid_pdu}) {
            flush_out($far);
            ${*$far}{out} = '';
            $far->submit_sm_resp(seq => $pdu->{seq}, status => $status, message_id => $id);
            $half = substr ${*$far}{out}, 0, int(length(${*$far}{out}) / 2) + 2;
        }
        cut($_, $_ == $far ? $half : '') for values %far;
        return;
    }
    my $asked = $pdu->{registered_delivery} & 3;
    my $wanted = !$status && ($settings{receipts} eq 'always' || $settings{receipts} eq 'asked'
        && ($asked == 1 || $asked == 2 && $outcome !~ /DELIVRD|ACCEPTD/));
    my @receipt = ($far, $pdu, $number, $outcome, $body // $pdu->{short_message});
    if ($wanted && $settings{receipt_order} eq 'before') { receipt(@receipt); $wanted = 0 }
    my $then = sub {
        $respond->();
        return keep($id, $pdu, $text, $wanted, @receipt) if $settings{keep} && !$status;
        return unless $wanted;
        $settings{receipt_delay} ? at($settings{receipt_delay}, sub { schedule(@receipt) }) : schedule(@receipt);
    };
    $settings{latency} ? at($settings{latency}, $then) : $then->();
}

# A message waits at the SMSC; when it arrives, the log says with which text.
sub keep {
    my ($id, $pdu, $text, $wanted, @receipt) = @_;
    $kept{$id} = { text => $text, source => $pdu->{source_addr}, destination => $pdu->{destination_addr} };
    my $look;
    $look = sub {
        my $message = $kept{$id} or return;
        return at(20, $look) if $settings{keep};
        delete $kept{$id};
        event('arrived', message_id => $id, destination_addr => $message->{destination}, text => $message->{text});
        schedule(@receipt) if $wanted;
    };
    at(20, $look);
}

# The status of a cancel_sm or replace_sm, after doing it.
sub command {
    my ($pdu, $name) = @_;
    return $settings{status_of}{$name} if exists $settings{status_of}{$name};
    return 0x03 if $settings{commands} =~ /unknown|nack/;
    return 0 unless $settings{keep} || %kept;
    my $message = $kept{ $pdu->{message_id} };
    my $is_right = $message && $message->{source} eq $pdu->{source_addr};
    return $name eq 'cancel_sm' ? 0x11 : 0x13 unless $is_right;
    if ($name eq 'cancel_sm') { delete $kept{ $pdu->{message_id} } }
    else { $message->{text} = Encode::decode(codec_of(0), $pdu->{short_message}) }
    return 0;
}

sub other {
    my ($far, $pdu, $name) = @_;
    my %values = fields($pdu);
    my $seq = $pdu->{seq};
    if ($name =~ /^bind_(receiver|transmitter|transceiver)$/) {
        my $mode = $1;
        event('bind', connection => ${*$far}{number}, mode => $mode, refused => $settings{refuse_bind} + 0, %values);
        return if $settings{silent_bind};
        my @answer = (seq => $seq, status => $settings{refuse_bind}, system_id => 'SMSC');
        push @answer, sc_interface_version => chr $settings{sc_interface_version} if defined $settings{sc_interface_version};
        my $method = "bind_${mode}_resp";
        $far->$method(@answer);
        (${*$far}{mode}, ${*$far}{bound}) = ($mode, $pdu->{system_id}) unless $settings{refuse_bind};
        return;
    }
    if ($name eq 'deliver_sm_resp') {
        event('delivered', connection => ${*$far}{number}, sequence => $seq, status => $pdu->{status});
        return;
    }
    if ($name eq 'enquire_link_resp') { event('enquired', connection => ${*$far}{number}); return }
    if ($name eq 'data_sm') {
        my ($text, $body, $segment) = text_of({ short_message => '', %$pdu });
        $next_id = defined $next_id ? $next_id + 1 : $settings{id_start};
        event($name, connection => ${*$far}{number}, text => $text, body => unpack('H*', $body), segment => $segment, %values,
            message_id => identifier($next_id));
        $far->data_sm_resp(seq => $seq, message_id => identifier($next_id));
        return;
    }
    event($name, connection => ${*$far}{number}, status => $pdu->{status}, %values);
    if ($name eq 'enquire_link') { $far->enquire_link_resp(seq => $seq) unless $settings{drop_enquire} }
    elsif ($name eq 'unbind') { $far->unbind_resp(seq => $seq); flush_out($far); leave($far, 'unbind') }
    elsif ($name eq 'unbind_resp') { leave($far, 'unbound') }
    elsif ($name eq 'query_sm') {
        $far->query_sm_resp(seq => $seq, message_id => $pdu->{message_id}, final_date => '', error_code => 0,
            message_state => $settings{message_state});
    }
    elsif ($name =~ /^(cancel|replace)_sm$/) {
        my $status = command($pdu, $name);
        event('commanded', command => $name, message_id => $pdu->{message_id}, status => $status);
        return if $settings{commands} eq 'silent';
        my $method = $settings{commands} eq 'nack' ? 'generic_nack' : "${name}_resp";
        $far->$method(seq => $seq, status => $status);
    }
    elsif ($name eq 'submit_multi') {
        $next_id = defined $next_id ? $next_id + 1 : $settings{id_start};
        # Net::SMPP wants a list of failures even where there are none.
        $far->submit_multi_resp(seq => $seq, message_id => identifier($next_id), error_status_code => [0],
            destination_addr => [], dest_addr_ton => [], dest_addr_npi => []);
    }
}

# -- what the server sends of its own

sub receivers { return grep { ${*$_}{mode} =~ /receiver|transceiver/ } map { $far{$_} } sort { $a <=> $b } keys %far }

sub schedule {
    my @receipt = @_;
    if ($settings{receipt_order} eq 'reversed') {
        push @reversed, \@receipt;
        if (@reversed >= $settings{receipt_batch}) { receipt(@$_) for reverse splice @reversed }
        return;
    }
    receipt(@receipt);
    receipt(@receipt) if $settings{receipt_order} eq 'twice';
}

sub receipt {
    my ($far, $pdu, $number, $outcome, $body) = @_;
    my @able = receivers() or return;
    my ($same) = grep { $_ == $far } @able;
    my ($another) = grep { $_ != $far } @able;
    my $target = $settings{receipt_bind} eq 'other' && $another ? $another : $same || $able[0];
    my $id = identifier($number, $settings{receipt_id_style} // $settings{id_style});
    my $state = $states{$outcome};
    my $error = $state == 2 ? '000' : '011';
    my $date = strftime '%y%m%d%H%M', localtime;
    my $text = sprintf 'id:%s sub:001 dlvrd:%s submit date:%s done date:%s stat:%s err:%s text:%s', $id,
        $state == 2 ? '001' : '000', $date, $date, $outcome, $error, substr $body, 0, 20;
    my @tlvs = (network_error_code => pack('Cn', 3, $error), message_state => chr $state, receipted_message_id => "$id\0");
    my $format = $settings{receipt_format};
    if ($format eq 'text') { @tlvs = () }
    elsif ($format eq 'tlv') { $text = '' }
    elsif ($format eq 'payload') { @tlvs = (message_payload => $text); $text = '' }
    elsif ($format eq 'weird') {
        my $long = strftime '%y%m%d%H%M%S', localtime;
        $text = sprintf 'ID:%s Submit Date:%s Done Date:%s Stat:%s Err:0A1 Text:"-"', $id, $long, $long, ucfirst lc $outcome;
        @tlvs = ();
    }
    $target->deliver_sm(
        source_addr_ton => $pdu->{dest_addr_ton}, source_addr_npi => $pdu->{dest_addr_npi},
        source_addr => $pdu->{destination_addr}, dest_addr_ton => $pdu->{source_addr_ton},
        dest_addr_npi => $pdu->{source_addr_npi}, destination_addr => $pdu->{source_addr}, esm_class => 4,
        short_message => $text, @tlvs);
}

# -- commands

sub command_input {
    my $got = sysread STDIN, $commands, 65536, length $commands;
    if (!$got) { $quit = 1; return }
    while ($commands =~ s/^(.*)\n//) {
        my $order = $reader->decode($1);
        my $do = delete $order->{do};
        my $code = __PACKAGE__->can("do_$do");
        if ($code && eval { $code->(%$order); 1 }) { event('done', do => $do) }
        else { event('failed', do => $do, reason => $@ || 'no such command') }
    }
}

sub chosen {
    my (%order) = @_;
    return grep { !defined $order{connection} || ${*$_}{number} == $order{connection} } values %far;
}

sub do_set { set(@_) }
sub do_cut { cut($_) for chosen(@_) }
sub do_blackhole { my %order = (on => 1, @_); ${*$_}{deaf} = $order{on} ? 1 : 0 for chosen(%order) }
sub do_unbind { $_->unbind(async => 1) for chosen(@_) }
sub do_enquire { $_->enquire_link(async => 1) for chosen(@_) }
sub do_raw { my %order = @_; ${*$_}{out} .= pack 'H*', $order{hex} for chosen(%order) }
sub do_quit { $quit = 1 }

sub do_alert {
    my %order = @_;
    $_->alert_notification(async => 1, source_addr_ton => 1, source_addr_npi => 1, source_addr => $order{source},
        esme_addr_ton => 5, esme_addr_npi => 0, esme_addr => $order{destination}) for chosen(%order);
}

sub do_outbind {
    my %order = (system_id => 'SMSC', password => 'geheim', @_);
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $order{port}, Proto => 'tcp')
        or die "port $order{port}: $!\n";
    admit($socket)->outbind(seq => 1, system_id => $order{system_id}, password => $order{password});
}

sub do_mo {
    my %order = (data_coding => 0, segments => 1, reference => 7, source_ton => 1, destination_ton => 1, esm_class => 0, @_);
    my ($target) = grep { !defined $order{connection} || ${*$_}{number} == $order{connection} } receivers();
    die "no bind can receive\n" unless $target;
    my $body = defined $order{hex} ? pack 'H*', $order{hex}
        : Encode::encode({ 8 => 'utf-16-be', 3 => 'latin-1' }->{ $order{data_coding} } // 'gsm0338', $order{text});
    my $segments = $order{segments};
    my $size = int((length($body) + $segments - 1) / $segments);
    $size += $size % 2 if $order{data_coding} == 8;
    for my $number (1 .. $segments) {
        my $part = substr $body, ($number - 1) * $size, $size;
        $part = pack('C6', 5, 0, 3, $order{reference}, $segments, $number) . $part if $segments > 1;
        $target->deliver_sm(source_addr_ton => $order{source_ton}, source_addr_npi => 1, source_addr => $order{source},
            dest_addr_ton => $order{destination_ton}, dest_addr_npi => 1, destination_addr => $order{destination},
            data_coding => $order{data_coding} + 0, esm_class => $order{esm_class} | ($segments > 1 ? 0x40 : 0),
            short_message => $part);
    }
}
