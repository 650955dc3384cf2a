import CSystemd
import Glibc

/// The service manager that started this process, told how the service fares (sd_notify(3)).
///
/// Without `NOTIFY_SOCKET` in the environment every call does nothing, so code need not ask who started it. The
/// environment is never changed. Calls neither throw nor wait for an answer.
package struct ServiceManager: Sendable {
    package init() {}

    /// The service is up, or done with ``reloading()``.
    package func ready(status: String) {
        notify("READY=1", Self.assignment(status: status))
    }

    /// What the service is doing now, as `systemctl status` shows it.
    ///
    /// Line breaks and other control characters become spaces, and what is too long for systemd is cut off.
    package func status(_ status: String) {
        notify(Self.assignment(status: status))
    }

    /// The service is reading its settings again; ``ready(status:)`` ends that.
    ///
    /// Carries the time that `Type=notify-reload` asks for, so the same binary suits that type too.
    package func reloading() {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        notify("RELOADING=1", "MONOTONIC_USEC=\(now.tv_sec * 1_000_000 + now.tv_nsec / 1_000)")
    }

    /// The service is on its way out.
    package func stopping(status: String) {
        notify("STOPPING=1", Self.assignment(status: status))
    }

    /// The sign of life that must come at least once in every ``watchdogInterval``.
    package func keepAlive() {
        notify("WATCHDOG=1")
    }

    /// Asks for more time to start, reload or stop: at least `duration` from now, until the next such call.
    package func extendTimeout(by duration: Duration) {
        notify("EXTEND_TIMEOUT_USEC=\(Int64((duration / .microseconds(1)).rounded(.up)))")
    }

    /// How long the service may go without ``keepAlive()`` before it is killed, nil if nobody watches.
    ///
    /// sd_watchdog_enabled(3) advises to send the sign of life at half of this.
    package var watchdogInterval: Duration? {
        var microseconds: UInt64 = 0
        return sd_watchdog_enabled(0, &microseconds) > 0 ? .microseconds(microseconds) : nil
    }

    /// An assignment of one line that fits into a notification.
    ///
    /// systemd ignores a notification of more than 4096 bytes; a thousand scalars are at most 4000 of them.
    private static func assignment(status: String) -> String {
        let line = status.unicodeScalars.prefix(1000).map { $0.properties.generalCategory == .control ? " " : $0 }
        return "STATUS=\(String(String.UnicodeScalarView(line)))"
    }

    private func notify(_ assignments: String...) {
        sd_notify(0, assignments.joined(separator: "\n"))
    }
}
