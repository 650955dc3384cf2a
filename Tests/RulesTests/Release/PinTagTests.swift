import DockerModel
import Testing

@testable import Rules

@Suite struct PinTagTests {
    @Test(arguments: [
        ("backend", "backend"), ("my-app.web_1", "my-app.web_1"), ("a", "a"), ("7", "7"),
        ("Backend", "0x4261636b656e64"), ("_a", "0x5f61"), ("a_", "0x615f"), ("-a", "0x2d61"), ("a.", "0x612e"),
        ("a__b", "0x615f5f62"), ("a-_b", "0x612d5f62"), ("a..b", "0x612e2e62"), ("a--b", "0x612d2d62"),
        // A name that looks like hexadecimal is also encoded, so that no two names collide.
        ("0xab", "0x30786162"), ("0x", "0x3078"), ("0", "0"), ("x0", "x0"), ("é", "0xc3a9"), ("a b", "0x612062"),
        ("", "0x"), ("\n", "0x0a"),
    ])
    func isAReferenceThatDockerTakes(service: String, component: String) throws {
        let shop = try #require(AppName("shop"))
        let reference = PinTag.reference(app: shop, use: ImageUse(ServiceName(rawValue: service)), number: 7)
        #expect(reference.rawValue == "berth/shop/\(component):7")
        try expectDockerToTake(reference)
    }

    /// `image name` of Docker's reference grammar (distribution/reference, `regexp.go`), without a domain and a digest.
    private func expectDockerToTake(_ reference: ImageReference) throws {
        let reference = reference.rawValue
        let component = /[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*/
        let colon = try #require(reference.lastIndex(of: ":"))
        let name = reference[..<colon]
        for part in name.split(separator: "/", omittingEmptySubsequences: false) {
            #expect(part.wholeMatch(of: component) != nil, "\(reference)")
        }
        #expect(name.utf8.count <= 255)
        #expect(reference[colon...].dropFirst().wholeMatch(of: /[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}/) != nil)
    }

    @Test(arguments: ["a", "shop", "shop-2", "my_shop", "2"], [1, 12, Int.max])
    func comesBackAsItWasGiven(app: String, number: Int) throws {
        let app = try #require(AppName(app))
        let long = ServiceName(rawValue: String(repeating: "A", count: 63))
        for service in ["backend", "Backend", "_a", "a__b", "0xab", "a.b-c_d", long] {
            let reference = PinTag.reference(app: app, use: ImageUse(service), number: number)
            let parsed = try #require(PinTag.parse(reference))
            #expect(parsed == (app, number))
            try expectDockerToTake(reference)
        }
    }

    @Test(
        arguments: [
            "", "a:1", "berth:1", "berth/backend:1", "berth/shop/backend", "berth/shop/backend:",
            "berth/shop/backend:latest",
            "berth/shop/backend:1.2", "berth/shop/backend:0x1", "other/shop/backend:1", "Berth/shop/backend:1",
            "ghcr.io/berth/shop/backend:1", "berth/shop/sub/backend:1", "berth/shop:5000/backend", "<none>:<none>",
            "berth/shop/backend@sha256:1f", "berth/shop/backend:99999999999999999999",
            // No app can have these names.
            "berth/Shop/backend:1", "berth/-shop/backend:1", "berth//backend:1",
        ] as [ImageReference]
    )
    func nobodyElsesNameIsOne(reference: ImageReference) {
        #expect(PinTag.parse(reference) == nil)
    }

    @Test func twoServicesNeverShareOne() throws {
        var generator = SplitMix(seed: 3)
        let shop = try #require(AppName("shop"))
        var services: [ImageReference: ServiceName] = [:]
        for _ in 0..<20_000 {
            let name = String(
                (0..<Int.random(in: 0...4, using: &generator)).compactMap { _ in
                    "abAB06x_-.é".randomElement(using: &generator)
                }
            )
            let service = ServiceName(rawValue: name)
            let reference = PinTag.reference(app: shop, use: ImageUse(service), number: 1)
            #expect(services[reference, default: service] == service)
            services[reference] = service
        }
        for reference in services.keys { try expectDockerToTake(reference) }
    }

    @Test func anImageBesideThoseOfServicesHasANameThatNoServiceCanHave() throws {
        let shop = try #require(AppName("shop"))
        let uses: [ImageUse] = ["app:/assets", "app:/data", "app:pre_start.0", "web:/assets"]
        let references = uses.map { PinTag.reference(app: shop, use: $0, number: 3) }
        #expect(Set(references).count == uses.count)
        for reference in references {
            #expect(reference.rawValue.hasPrefix("berth/shop/image__"))
            try expectDockerToTake(reference)
            #expect(try #require(PinTag.parse(reference)) == (shop, 3))
        }
        let name = references[0].rawValue.split(separator: "/")[2].prefix { $0 != ":" }
        let service = ImageUse(ServiceName(rawValue: String(name)))
        #expect(PinTag.reference(app: shop, use: service, number: 3) != references[0])
    }

    @Test func berthsOwnNamesComeFirst() {
        #expect(
            PinTag.first(["shop:1", "berth/shop/app:2", "berth/shop:1", "berth/shop/app:1"]) == [
                "berth/shop/app:1", "berth/shop/app:2", "berth/shop:1", "shop:1",
            ]
        )
        #expect(PinTag.first([]) == [])
    }
}
