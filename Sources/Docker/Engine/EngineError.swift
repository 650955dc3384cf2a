import DockerModel
import Linux
import NIOCore
import NIOHTTP1
import SystemPackage

/// Why a request to the Engine failed.
///
/// `request` is the request line without the protocol, such as `GET /v1.47/info`; it never contains a secret.
package enum EngineError: Error, Hashable, Sendable {
    /// The connection failed: no socket, no permission, or no listener.
    case unreachable(socket: FilePath, Errno)
    /// The socket is not an Engine's, or the Engine's newest API version is too old.
    case unsupported(socket: FilePath, APIVersion?)
    /// The connection closed before the response was complete.
    case disconnected(request: String)
    /// The response was not complete in time.
    case timedOut(request: String, after: Duration)
    /// The Engine responded with an error status.
    case refused(request: String, status: Int, message: String)
    /// The response is not HTTP, not JSON, or JSON of another shape.
    case unintelligible(request: String, reason: String)
    /// The response is longer than the request allows.
    case tooLarge(request: String, limit: Int)
    /// The registry rejected the user name or the secret.
    case wrongCredential(registry: String, message: String)
    /// The Engine could not ask the registry: DNS, network, TLS, an outage, or a rate limit.
    case registryTrouble(registry: String, message: String)
    /// The task was cancelled during the request.
    case cancelled(request: String)
}

extension EngineError {
    /// What the error is about.
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
        case .unsupported(_, let version?): "supports API \(version) at most, but berth needs \(APIVersion.oldest)"
        case .unsupported(_, nil): "does not report its API version"
        case .disconnected: "the connection closed before the response was complete"
        case .timedOut(_, let duration): "no complete response after \(duration)"
        case .refused(_, let status, let message): "status \(status): \(message)"
        case .unintelligible(_, let reason): "unexpected response: \(reason)"
        case .tooLarge(_, let limit): "the response is longer than \(limit) bytes"
        case .wrongCredential(_, let message): "login refused: \(message)"
        case .registryTrouble(_, let message): "cannot log in: \(message)"
        case .cancelled: "cancelled"
        }
    }

    /// What to try.
    package var hint: String? {
        switch self {
        case .unreachable(_, .permissionDenied): "add the user that runs berth to the group docker"
        case .unreachable(_, .noSuchFileOrDirectory), .unreachable(_, .connectionRefused):
            "start the Engine: systemctl start docker"
        case .unreachable: "check that this path is the Engine's socket"
        case .unsupported(_, _?): "install Docker Engine 20.10 or later"
        case .unsupported(_, nil): "check that this path is the Engine's socket"
        case .disconnected: "check whether the Engine was restarted: journalctl -u docker"
        case .timedOut: "check whether the Engine hangs: journalctl -u docker"
        case .refused(_, let status, _) where status >= 500: "check the Engine's log: journalctl -u docker"
        case .refused: "check the Engine's message"
        case .unintelligible, .tooLarge: "check the Engine's version: docker version"
        case .wrongCredential: "check the user name, and that the token is valid and may read packages"
        case .registryTrouble: "check that this host can reach the registry, and that the registry works"
        case .cancelled: nil
        }
    }
}

extension EngineError {
    package var sentence: String { "\(subject): \(problem)" }

    /// Whether the Engine responded that the object does not exist.
    package var isNotFound: Bool {
        if case .refused(_, status: 404, _) = self { true } else { false }
    }

    /// Whether the registry has answered, and said no.
    package var isWrongCredential: Bool {
        if case .wrongCredential = self { true } else { false }
    }

    /// Whether the Engine does not respond, or the task is cancelled: the next request would fail in the same way.
    package var isOutage: Bool {
        switch self {
        case .unreachable, .disconnected, .timedOut, .cancelled: true
        case .refused, .unsupported, .unintelligible, .tooLarge, .wrongCredential, .registryTrouble: false
        }
    }

    /// Whether an Engine that is starting or being upgraded gives this error too.
    package var mayPass: Bool {
        switch self {
        case .unreachable(_, .permissionDenied): false
        case .unreachable, .disconnected, .timedOut: true
        case .refused(_, let status, _): status >= 500
        case .unsupported, .unintelligible, .tooLarge, .wrongCredential, .registryTrouble, .cancelled: false
        }
    }
}

/// The connection closed before the response was complete.
struct Disconnected: Error {}

/// The response is longer than the request allows.
struct TooLarge: Error {}

extension EngineError {
    /// Translates any error inside an exchange.
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

    /// Translates the error of a failed connection.
    init(connecting socket: FilePath, _ error: any Error) {
        switch error {
        case let error as IOError: self = .unreachable(socket: socket, Errno(rawValue: error.errnoCode))
        case is SocketAddressError: self = .unreachable(socket: socket, .fileNameTooLong)
        case ChannelError.connectTimeout: self = .unreachable(socket: socket, .timedOut)
        default: self = .unreachable(socket: socket, .ioError)
        }
    }
}
