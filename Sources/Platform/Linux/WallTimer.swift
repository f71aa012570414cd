import CLinux
import Glibc

/// Becomes readable when the wall clock reaches a time, and also when somebody sets the clock: a deadline of the calendar is
/// then another one. (timerfd_create(2) with TFD_TIMER_CANCEL_ON_SET.)
public struct WallTimer: ~Copyable {
    public let descriptor: Descriptor

    public init(at time: Timestamp) throws(SystemError) {
        // TFD_CLOEXEC and TFD_NONBLOCK are the flags of open(2).
        let timer = Descriptor(
            owning: try retrying("timerfd_create") { timerfd_create(CLOCK_REALTIME, Int32(O_CLOEXEC | O_NONBLOCK)) }
        )
        var setting = itimerspec()
        // Zero would disarm it.
        let nanoseconds = max(1, time.nanosecondsSinceEpoch)
        setting.it_value.tv_sec = time_t(nanoseconds / 1_000_000_000)
        setting.it_value.tv_nsec = Int(nanoseconds % 1_000_000_000)
        // TFD_TIMER_ABSTIME is 1, TFD_TIMER_CANCEL_ON_SET is 2.
        let number = timer.rawValue
        try retrying("timerfd_settime") { timerfd_settime(number, 1 | 2, &setting, nil) }
        descriptor = timer
    }
}
