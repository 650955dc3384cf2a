import Glibc
import Systemd
import Testing

extension ProcessEnvironment {
    @Suite struct ServiceManagerTests {
        private let manager = ServiceManager()

        /// What systemd would read while `body` runs, one text per datagram.
        private func notifications(during body: (ServiceManager) -> Void) throws -> [String] {
            let path = "/tmp/systemd-tests-\(getpid()).socket"
            let socket = try DatagramSocket(path: path)
            ProcessEnvironment.with(["NOTIFY_SOCKET": path]) { body(manager) }
            return socket.received().map { String(decoding: $0, as: UTF8.self) }
        }

        @Test func aWholeLifeIsTold() throws {
            let told = try notifications {
                $0.status("reading the settings")
                $0.extendTimeout(by: .milliseconds(1500))
                $0.ready(status: "2 apps")
                $0.keepAlive()
                $0.stopping(status: "1 deployment to end")
            }
            #expect(
                told == [
                    "STATUS=reading the settings", "EXTEND_TIMEOUT_USEC=1500000", "READY=1\nSTATUS=2 apps",
                    "WATCHDOG=1", "STOPPING=1\nSTATUS=1 deployment to end",
                ]
            )
        }

        @Test func aReloadCarriesTheMonotonicTime() throws {
            let earliest = monotonicMicroseconds()
            let told = try notifications { $0.reloading() }
            let latest = monotonicMicroseconds()

            let prefix = "RELOADING=1\nMONOTONIC_USEC="
            let text = try #require(told.first)
            #expect(text.hasPrefix(prefix))
            let time = try #require(Int(text.dropFirst(prefix.count)))
            #expect((earliest...latest).contains(time))
        }

        private func monotonicMicroseconds() -> Int {
            var now = timespec()
            clock_gettime(CLOCK_MONOTONIC, &now)
            return now.tv_sec * 1_000_000 + now.tv_nsec / 1_000
        }

        @Test func aStatusIsOneLine() throws {
            let told = try notifications { $0.status("up\nREADY=1\r\nMAINPID=1\0") }
            #expect(told == ["STATUS=up READY=1  MAINPID=1 "])
        }

        @Test func aStatusFitsIntoWhatSystemdReads() throws {
            let told = try notifications { $0.ready(status: String(repeating: "⚓️🚢", count: 5000)) }
            #expect(try #require(told.first).utf8.count <= 4096)
        }

        @Test func aFractionOfAMicrosecondIsNotLost() throws {
            #expect(try notifications { $0.extendTimeout(by: .nanoseconds(1)) } == ["EXTEND_TIMEOUT_USEC=1"])
        }

        @Test func theEnvironmentIsLeftAsItWas() throws {
            let told = try notifications {
                $0.ready(status: "once")
                _ = $0.watchdogInterval
                $0.ready(status: "twice")
            }
            #expect(told == ["READY=1\nSTATUS=once", "READY=1\nSTATUS=twice"])
        }

        @Test func nothingHappensWithoutASocket() {
            ProcessEnvironment.with(["NOTIFY_SOCKET": nil]) {
                manager.ready(status: "alone")
                manager.keepAlive()
            }
        }

        @Test(arguments: [
            ("30000000", nil, Duration.seconds(30)),
            ("1500", "self", .microseconds(1500)),
            ("30000000", "1", nil),
            (nil, nil, nil),
            ("0", nil, nil),
            ("soon", nil, nil),
        ])
        func theWatchdogIsReadFromTheEnvironment(microseconds: String?, process: String?, interval: Duration?) {
            let process = process == "self" ? String(getpid()) : process
            ProcessEnvironment.with(["WATCHDOG_USEC": microseconds, "WATCHDOG_PID": process]) {
                #expect(manager.watchdogInterval == interval)
            }
        }
    }
}
