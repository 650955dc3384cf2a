import Docker
import DockerModel
import Linux
import Rules
import SystemPackage

/// What the Engine's answers mean to a deployment.
extension EngineError {
    /// The Engine answers, and has no such thing.
    var isNotFound: Bool {
        if case .refused(_, status: 404, _) = self { true } else { false }
    }

    /// The Engine gives no answer, or is not waited for any more: whatever it is asked next will end the same way.
    var isOutage: Bool {
        switch self {
        case .unreachable, .disconnected, .timedOut, .cancelled: true
        case .refused, .unsupported, .unintelligible, .tooLarge, .wrongCredential, .registryTrouble: false
        }
    }

    /// An Engine that is being started or upgraded gives this answer too.
    var mayPass: Bool {
        switch self {
        case .unreachable(_, .permissionDenied): false
        case .unreachable, .disconnected, .timedOut: true
        case .refused(_, let status, _): status >= 500
        case .unsupported, .unintelligible, .tooLarge, .wrongCredential, .registryTrouble, .cancelled: false
        }
    }
}

extension Docker.Event.Action {
    /// Whether the health gate may decide otherwise after it.
    var concernsHealth: Bool {
        switch self {
        case .start, .restart, .stop, .die, .oom, .pause, .unpause, .destroy, .healthStatus: true
        case .create, .kill, .rename, .other: false
        }
    }
}

extension Labels {
    /// The project's folder as Compose was given it.
    var directory: String? { all["com.docker.compose.project.working_dir"] }
}
