import CSystemd
import Glibc
import SystemPackage

/// Keeps file descriptors that outlive this process.
package protocol DescriptorStore: Sendable {
    /// What earlier processes of the service have stored; the descriptors belong to the caller, who asks once.
    func inherited() -> [(name: String, descriptor: FileDescriptor)]

    /// Stores a copy of a descriptor. It is there once ``barrier()`` has passed.
    ///
    /// - Parameter name: up to 255 printable ASCII characters but `:`.
    func keep(_ descriptor: FileDescriptor, as name: String)

    /// Closes all that is stored under this name.
    func forget(_ name: String)

    /// A pipe that has its end once everything before has been done; nil if nothing is stored at all.
    func barrier() throws(Errno) -> FileDescriptor?
}

/// The service manager's store (`FileDescriptorStoreMax=` in systemd.service(5)).
///
/// Without `NOTIFY_SOCKET` in the environment there is none, and every call does nothing.
package struct ServiceDescriptors: DescriptorStore {
    package init() {}

    package func inherited() -> [(name: String, descriptor: FileDescriptor)] {
        var names: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
        let count = sd_listen_fds_with_names(0, &names)
        defer { free(names) }
        guard count > 0, let names else { return [] }
        return (0..<Int(count)).map { index in
            defer { free(names[index]) }
            let name = names[index].map { String(cString: $0) } ?? ""
            return (name, FileDescriptor(rawValue: SD_LISTEN_FDS_START + CInt(index)))
        }
    }

    package func keep(_ descriptor: FileDescriptor, as name: String) {
        var descriptors = [descriptor.rawValue]
        // The manager need not watch a file for errors.
        sd_pid_notify_with_fds(0, 0, "FDSTORE=1\nFDPOLL=0\nFDNAME=\(name)", &descriptors, 1)
    }

    package func forget(_ name: String) {
        sd_notify(0, "FDSTOREREMOVE=1\nFDNAME=\(name)")
    }

    /// The manager closes what it gets with `BARRIER=1` once it has read all that was sent before (sd_notify(3)).
    package func barrier() throws(Errno) -> FileDescriptor? {
        guard let ends = try? FileDescriptor.pipe() else { throw Errno(rawValue: errno) }
        var descriptors = [ends.writeEnd.rawValue]
        let sent = sd_pid_notify_with_fds(0, 0, "BARRIER=1", &descriptors, 1)
        try? ends.writeEnd.close()
        guard sent > 0 else {
            try? ends.readEnd.close()
            return nil
        }
        return ends.readEnd
    }
}
