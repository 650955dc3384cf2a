/// What the Engine does when a container exits by itself.
package enum RestartPolicy: Hashable, Sendable {
    case no
    case always
    case unlessStopped
    /// After an exit code other than 0, at most `maximum` times; nil means without limit.
    case onFailure(maximum: Int?)

    /// Whether the Engine restarts a container that exited with code 0.
    package var startsAfterSuccess: Bool { self == .always || self == .unlessStopped }

    /// - Parameters:
    ///   - name: The Engine's name for the policy; an empty or unknown name means ``no``.
    ///   - maximum: The maximum number of restarts of `on-failure`; 0 means without limit.
    init(name: some StringProtocol, maximum: Int) {
        switch name {
        case "always": self = .always
        case "unless-stopped": self = .unlessStopped
        case "on-failure": self = .onFailure(maximum: maximum > 0 ? maximum : nil)
        default: self = .no
        }
    }
}
