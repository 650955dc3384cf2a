/// What a release uses an image for: `backend` is a service's own image, `backend:/assets` a volume of type `image`, and
/// `backend:pre_start.0` the first hook before its start.
package struct ImageUse: Identifier {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }

    /// The service's own image.
    package init(_ service: ServiceName) { rawValue = service.rawValue }

    /// An image that the service names beside its own.
    ///
    /// - Parameter place: a volume's target, or a hook's name and number.
    package init(_ service: ServiceName, at place: String) { rawValue = "\(service):\(place)" }

    /// The service that uses the image. No service's name has a colon.
    package var service: ServiceName { ServiceName(rawValue: String(rawValue.prefix { $0 != ":" })) }

    /// For messages: `service backend`, `service backend (/assets)`.
    package var inWords: String {
        isService ? "service \(self)" : "service \(service) (\(rawValue.dropFirst(service.rawValue.count + 1)))"
    }

    /// Whether it is the service's own image.
    package var isService: Bool { !rawValue.contains(":") }
}
