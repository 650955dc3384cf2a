import CSystemd
import Glibc

extension ServiceManager {
    /// Whether the service manager starts this service again once it has ended: it restarts it (`systemctl restart`, an
    /// upgrade), or has not asked it to end, as after a signal by hand (`Restart=always`).
    ///
    /// Asks it over D-Bus and waits for the answer (org.freedesktop.systemd1(5)). False if the service stops for good, and if
    /// that cannot be known.
    package var isRestarting: Bool {
        guard getenv("NOTIFY_SOCKET") != nil else { return false }
        guard let job = Manager()?.job else { return false }
        return job.map { $0.hasSuffix("restart") } ?? true
    }
}

/// systemd on the system bus.
private struct Manager: ~Copyable {
    private let bus: OpaquePointer

    init?() {
        var bus: OpaquePointer?
        guard sd_bus_open_system(&bus) >= 0, let bus else { return nil }
        sd_bus_set_method_call_timeout(bus, Self.patience)
        self.bus = bus
    }

    deinit { sd_bus_flush_close_unref(bus) }

    /// The type of a unit's job; nil if it has none.
    typealias Job = String?

    /// The job that this process's unit is in; nil if systemd does not tell.
    var job: Job? {
        guard let unit, let (number, path) = job(of: unit) else { return nil }
        guard number != 0 else { return .some(nil) }
        var type: UnsafeMutablePointer<CChar>?
        defer { free(type) }
        let code = sd_bus_get_property_string(bus, Self.name, path, "\(Self.name).Job", "JobType", nil, &type)
        return code >= 0 ? type.map { String(cString: $0) } : nil
    }

    /// The path of this process's unit.
    private var unit: String? {
        var (call, answer): (OpaquePointer?, OpaquePointer?)
        defer {
            sd_bus_message_unref(call)
            sd_bus_message_unref(answer)
        }
        var process = UInt32(getpid())
        let path = "/org/freedesktop/systemd1"
        guard sd_bus_message_new_method_call(bus, &call, Self.name, path, "\(Self.name).Manager", "GetUnitByPID") >= 0,
            sd_bus_message_append_basic(call, Self.uint32, &process) >= 0,
            sd_bus_call(bus, call, 0, nil, &answer) >= 0
        else { return nil }
        return Self.path(in: answer)
    }

    /// The number and the path of a unit's job; the number is 0 if there is none.
    private func job(of unit: String) -> (UInt32, String)? {
        var answer: OpaquePointer?
        defer { sd_bus_message_unref(answer) }
        var number: UInt32 = 0
        guard sd_bus_get_property(bus, Self.name, unit, "\(Self.name).Unit", "Job", nil, &answer, "(uo)") >= 0,
            sd_bus_message_enter_container(answer, Self.structure, "uo") > 0,
            sd_bus_message_read_basic(answer, Self.uint32, &number) > 0, let path = Self.path(in: answer)
        else { return nil }
        return (number, path)
    }

    private static func path(in message: OpaquePointer?) -> String? {
        var path: UnsafePointer<CChar>?
        guard sd_bus_message_read_basic(message, objectPath, &path) > 0 else { return nil }
        return path.map { String(cString: $0) }
    }

    private static let name = "org.freedesktop.systemd1"
    /// In microseconds; nothing else is done meanwhile.
    private static let patience: UInt64 = 2_000_000

    // The type characters of sd-bus.
    private static let structure = CChar(bitPattern: UInt8(ascii: "r"))
    private static let uint32 = CChar(bitPattern: UInt8(ascii: "u"))
    private static let objectPath = CChar(bitPattern: UInt8(ascii: "o"))
}
