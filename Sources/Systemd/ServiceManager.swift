import CSystemd
import Glibc

/// Tells the service manager about the state of the service (sd_notify(3)).
///
/// Without `NOTIFY_SOCKET` in the environment, every call does nothing. The environment is never changed. Calls neither
/// throw nor wait for a response.
package struct ServiceManager: Sendable {
    package init() {}

    /// The service is up, or has finished ``reloading()``.
    package func ready(status: String) {
        notify("READY=1", Self.assignment(status: status))
    }

    /// What the service is doing now, as `systemctl status` shows it.
    ///
    /// Control characters, line breaks included, become spaces, and text that is too long for systemd is cut off.
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

    /// The service is shutting down.
    package func stopping(status: String) {
        notify("STOPPING=1", Self.assignment(status: status))
    }

    /// The keep-alive, due at least once in every ``watchdogInterval``.
    package func keepAlive() {
        notify("WATCHDOG=1")
    }

    /// Asks for more time to start, reload or stop: `duration` from now, until the next such call.
    package func extendTimeout(by duration: Duration) {
        let microseconds = min((duration / .microseconds(1)).rounded(.up), 1e15)
        notify("EXTEND_TIMEOUT_USEC=\(Int64(microseconds))")
    }

    /// How long the service may go without ``keepAlive()`` before it is killed; nil if the watchdog is off.
    ///
    /// sd_watchdog_enabled(3) recommends to send the keep-alive at half of this interval.
    package var watchdogInterval: Duration? {
        var microseconds: UInt64 = 0
        return sd_watchdog_enabled(0, &microseconds) > 0 ? .microseconds(microseconds) : nil
    }

    /// An assignment of one line that fits into a notification.
    ///
    /// systemd ignores a notification of more than 4096 bytes; a thousand scalars have at most 4000 bytes.
    private static func assignment(status: String) -> String {
        let line = status.unicodeScalars.prefix(1000).map { $0.steersTerminals ? " " : $0 }
        return "STATUS=\(String(String.UnicodeScalarView(line)))"
    }

    private func notify(_ assignments: String...) {
        sd_notify(0, assignments.joined(separator: "\n"))
    }
}
