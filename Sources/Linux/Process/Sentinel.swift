import CLinux
import Glibc
import SystemPackage

/// A pipe whose ends no child inherits.
struct Pipe {
    let reading: FileDescriptor
    let writing: FileDescriptor

    init() throws(Errno) {
        var ends: [CInt] = [-1, -1]
        guard pipe2(&ends, O_CLOEXEC) == 0 else { throw Errno(rawValue: errno) }
        (reading, writing) = (FileDescriptor(rawValue: ends[0]), FileDescriptor(rawValue: ends[1]))
    }
}

/// Tells of the end of a child, by a descriptor that an event loop can watch.
///
/// A thread waits for the child and does nothing else. An event loop of NIO could not watch a pidfd: it reads from what it
/// watches, and ends the process if that is not possible.
struct Sentinel {
    /// Has its end when the child has ended. The child stays to be reaped.
    let end: FileDescriptor

    init(_ process: pid_t) throws(Errno) {
        let pipe = try Pipe()
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, CInt(PTHREAD_CREATE_DETACHED))
        pthread_attr_setstacksize(&attributes, Self.stackSize)
        var thread = pthread_t()
        let code = pthread_create(&thread, &attributes, Self.wait, Self.pack(process, pipe.writing.rawValue))
        guard code == 0 else {
            try? pipe.reading.close()
            try? pipe.writing.close()
            throw Errno(rawValue: code)
        }
        end = pipe.reading
    }

    /// In bytes.
    private static let stackSize = 64 << 10

    /// The body of the thread. It allocates nothing: the C library would give each such thread a heap of its own.
    private static let wait: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { packed in
        let (process, descriptor) = Sentinel.unpack(packed)
        var information = siginfo_t()
        while waitid(P_PID, id_t(process), &information, WEXITED | WNOWAIT) < 0, errno == EINTR {}
        close(descriptor)
        return nil
    }

    private static func pack(_ process: pid_t, _ descriptor: CInt) -> UnsafeMutableRawPointer? {
        UnsafeMutableRawPointer(bitPattern: UInt(UInt32(process)) << 32 | UInt(UInt32(descriptor)))
    }

    private static func unpack(_ packed: UnsafeMutableRawPointer?) -> (process: pid_t, descriptor: CInt) {
        let bits = UInt(bitPattern: packed)
        return (pid_t(bits >> 32), CInt(bits & 0xFFFF_FFFF))
    }
}
