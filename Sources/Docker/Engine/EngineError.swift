import DockerModel
import Linux
import NIOCore
import NIOHTTP1
import SystemPackage

/// Why the Engine did not give what it was asked for.
///
/// A `request` is its first line without the protocol, such as `GET /v1.47/info`; it never holds a secret.
package enum EngineError: Error, Hashable, Sendable {
    /// Nothing could be sent: no socket, no permission, nobody listening.
    case unreachable(socket: FilePath, Errno)
    /// Not an Engine at all, or one whose newest API is too old.
    case unsupported(socket: FilePath, APIVersion?)
    /// The connection ended before the answer did.
    case disconnected(request: String)
    /// The answer did not end in time.
    case timedOut(request: String, after: Duration)
    /// The Engine answered with an error of its own.
    case refused(request: String, status: Int, message: String)
    /// The answer is not HTTP, not JSON, or JSON of another shape.
    case unintelligible(request: String, reason: String)
    /// The answer is longer than anything that makes sense.
    case tooLarge(request: String, limit: Int)
    /// The registry does not take the user name or the secret.
    case wrongCredential(registry: String, message: String)
    /// The Engine could not ask the registry: name, network, TLS, an outage, a rate limit.
    case registryTrouble(registry: String, message: String)
    /// The task was cancelled while it waited.
    case cancelled(request: String)
}

extension EngineError {
    /// What it is about.
    package var subject: String {
        switch self {
        case .unreachable(let socket, _), .unsupported(let socket, _): "Docker Engine at \(socket)"
        case .disconnected(let request), .timedOut(let request, _), .refused(let request, _, _),
            .unintelligible(let request, _), .tooLarge(let request, _), .cancelled(let request):
            "Docker Engine, \(request)"
        case .wrongCredential(let registry, _), .registryTrouble(let registry, _): "Registry \(registry)"
        }
    }

    /// What went wrong.
    package var problem: String {
        switch self {
        case .unreachable(_, let reason): "cannot connect: \(reason)"
        case .unsupported(_, let version?): "speaks API \(version) at most, and \(APIVersion.oldest) is needed"
        case .unsupported(_, nil): "does not say which API version it speaks"
        case .disconnected: "the connection ended before the answer did"
        case .timedOut(_, let duration): "no complete answer after \(duration)"
        case .refused(_, let status, let message): "status \(status): \(message)"
        case .unintelligible(_, let reason): "unexpected answer: \(reason)"
        case .tooLarge(_, let limit): "the answer is longer than \(limit) bytes"
        case .wrongCredential(_, let message): "login refused: \(message)"
        case .registryTrouble(_, let message): "cannot log in: \(message)"
        case .cancelled: "cancelled"
        }
    }

    /// What to try.
    package var hint: String? {
        switch self {
        case .unreachable(_, .permissionDenied): "add the user that runs this to the group docker"
        case .unreachable(_, .noSuchFileOrDirectory), .unreachable(_, .connectionRefused):
            "start the Engine: systemctl start docker"
        case .unreachable: "check that this path is the Engine's socket"
        case .unsupported(_, _?): "install Docker Engine 20.10 or later"
        case .unsupported(_, nil): "check that this path is the Engine's socket"
        case .disconnected: "see whether the Engine was restarted: journalctl -u docker"
        case .timedOut: "see whether the Engine hangs: journalctl -u docker"
        case .refused(_, let status, _) where status >= 500: "see what the Engine says: journalctl -u docker"
        case .refused: "see what the Engine objects to"
        case .unintelligible, .tooLarge: "check the Engine's version: docker version"
        case .wrongCredential: "check the user name, and that the token is alive and may read packages"
        case .registryTrouble: "check that this host reaches the registry, and the registry's own status"
        case .cancelled: nil
        }
    }
}

extension EngineError {
    package var sentence: String { "\(subject): \(problem)" }

    /// The Engine answers, and has no such thing.
    package var isNotFound: Bool {
        if case .refused(_, status: 404, _) = self { true } else { false }
    }

    /// The Engine gives no answer, or is not waited for any more: whatever it is asked next will end the same way.
    package var isOutage: Bool {
        switch self {
        case .unreachable, .disconnected, .timedOut, .cancelled: true
        case .refused, .unsupported, .unintelligible, .tooLarge, .wrongCredential, .registryTrouble: false
        }
    }

    /// An Engine that is being started or upgraded gives this answer too.
    package var mayPass: Bool {
        switch self {
        case .unreachable(_, .permissionDenied): false
        case .unreachable, .disconnected, .timedOut: true
        case .refused(_, let status, _): status >= 500
        case .unsupported, .unintelligible, .tooLarge, .wrongCredential, .registryTrouble, .cancelled: false
        }
    }
}

/// The connection ended before the answer did.
struct Disconnected: Error {}

/// The answer is longer than its request allows.
struct TooLarge: Error {}

extension EngineError {
    /// The one place that says what an error inside an exchange means.
    init(_ error: any Error, during request: Request) {
        let line = request.line
        switch error {
        case let error as EngineError: self = error
        case _ where error is CancellationError || Task.isCancelled: self = .cancelled(request: line)
        case is TooLarge: self = .tooLarge(request: line, limit: request.limit)
        case is DecodingError: self = .unintelligible(request: line, reason: error.reason)
        case is Expired: self = .timedOut(request: line, after: request.timeout)
        case HTTPParserError.invalidEOFState: self = .disconnected(request: line)
        case is HTTPParserError: self = .unintelligible(request: line, reason: "\(error)")
        default: self = .disconnected(request: line)
        }
    }

    /// Says why no connection came about.
    init(connecting socket: FilePath, _ error: any Error) {
        switch error {
        case let error as IOError: self = .unreachable(socket: socket, Errno(rawValue: error.errnoCode))
        case is SocketAddressError: self = .unreachable(socket: socket, .fileNameTooLong)
        case ChannelError.connectTimeout: self = .unreachable(socket: socket, .timedOut)
        default: self = .unreachable(socket: socket, .ioError)
        }
    }
}
