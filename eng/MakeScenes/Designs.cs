using static PPYolo.MakeScenes.Outline;

namespace PPYolo.MakeScenes;

/// <summary>
/// The 20 classes of VOC in its order, as pictograms. No two share a silhouette, so that they can be told apart when colours are turned or
/// grey.
/// </summary>
internal static class Designs
{
    private static readonly Rgb White = new(245, 245, 240),
        Black = new(20, 20, 24),
        Sky = new(150, 200, 240),
        Crimson = new(190, 20, 40);
    private static readonly Rgb Yellow = new(250, 220, 30),
        Navy = new(25, 50, 140),
        Green = new(20, 140, 60),
        Orange = new(245, 130, 20);
    private static readonly Rgb Red = new(225, 35, 25),
        Grey = new(130, 130, 140),
        Brown = new(125, 75, 30),
        Tan = new(205, 160, 100);
    private static readonly Rgb Purple = new(120, 40, 160),
        Skin = new(240, 190, 150),
        Magenta = new(220, 50, 150),
        Cyan = new(20, 190, 200);
    private static readonly Rgb Leaf = new(90, 200, 40),
        Clay = new(180, 85, 50),
        Umber = new(75, 40, 20),
        Blue = new(60, 110, 240);

    public static IReadOnlyList<Design> All { get; } =
    [
        new(
            "aeroplane",
            1.5f,
            (x, y) =>
                Disc(x, y, 0, 0, 1, 0.16f)
                || Triangle(x, y, 0.25f, 0, -0.45f, -1, -0.1f, 0)
                || Triangle(x, y, 0.25f, 0, -0.45f, 1, -0.1f, 0)
                || Triangle(x, y, -0.7f, 0, -1, -0.5f, -0.95f, 0.5f)
                    ? (Math.Abs(y) < 0.05f ? Navy : Sky)
                    : null
        ),
        new(
            "bicycle",
            1.6f,
            (x, y) =>
                Ring(x, y, -0.55f, 0.3f, 0.45f, 0.7f, 0.7f) || Ring(x, y, 0.55f, 0.3f, 0.45f, 0.7f, 0.7f) ? Black
                : Box(x, y, -0.5f, -0.5f, 0.5f, -0.3f) || Box(x, y, 0.4f, -1, 0.55f, 0.2f) || Box(x, y, -0.35f, -0.9f, -0.2f, 0.2f)
                    ? Crimson
                : null
        ),
        new(
            "bird",
            1.8f,
            (x, y) =>
                Triangle(x, y, 0, 1, -1, -1, -0.15f, -0.1f)
                || Triangle(x, y, 0, 1, 1, -1, 0.15f, -0.1f)
                || Disc(x, y, 0, 0.35f, 0.22f, 0.5f)
                    ? (y < -0.55f ? Black : Yellow)
                    : null
        ),
        new(
            "boat",
            1.1f,
            (x, y) =>
                Trapezoid(x, y, 0.45f, 1, 1, 0.6f) ? Navy
                : Triangle(x, y, 0.05f, -1, 0.05f, 0.35f, 0.85f, 0.35f) ? White
                : Triangle(x, y, -0.05f, -0.7f, -0.05f, 0.35f, -0.7f, 0.35f) ? Red
                : Box(x, y, -0.05f, -1, 0.05f, 0.45f) ? Brown
                : null
        ),
        new(
            "bottle",
            0.38f,
            (x, y) =>
                Box(x, y, -0.35f, -1, 0.35f, -0.85f) ? Red
                : Box(x, y, -0.3f, -0.85f, 0.3f, -0.45f) || Trapezoid(x, y, -0.45f, 0.3f, -0.2f, 1) ? Green
                : Box(x, y, -1, -0.2f, 1, 1) ? (y is > 0.1f and < 0.6f ? White : Green)
                : null
        ),
        new(
            "bus",
            1.9f,
            (x, y) =>
                Disc(x, y, -0.55f, 0.75f, 0.17f, 0.25f) || Disc(x, y, 0.55f, 0.75f, 0.17f, 0.25f) ? Black
                : Box(x, y, -1, -1, 1, 0.75f) ? (y is > -0.7f and < -0.1f && Stripe(x + 1, 0.4f) ? Sky : Orange)
                : null
        ),
        new(
            "car",
            2.0f,
            (x, y) =>
                Disc(x, y, -0.55f, 0.6f, 0.22f, 0.4f) || Disc(x, y, 0.55f, 0.6f, 0.22f, 0.4f) ? Black
                : Box(x, y, -1, -0.15f, 1, 0.6f) ? Red
                : Trapezoid(x, y, -1, 0.4f, -0.15f, 0.7f) ? (Trapezoid(x, y, -0.8f, 0.33f, -0.2f, 0.55f) ? White : Red)
                : null
        ),
        new(
            "cat",
            1.0f,
            (x, y) =>
                Triangle(x, y, -0.95f, -1, -0.85f, 0, -0.1f, -0.5f)
                || Triangle(x, y, 0.95f, -1, 0.85f, 0, 0.1f, -0.5f)
                || Disc(x, y, 0, 0.2f, 0.95f, 0.8f)
                    ? (
                        Disc(x, y, -0.35f, 0.05f, 0.16f, 0.2f) || Disc(x, y, 0.35f, 0.05f, 0.16f, 0.2f) ? Leaf
                        : Stripe(y + 1, 0.36f) ? Black
                        : Grey
                    )
                    : null
        ),
        new(
            "chair",
            0.7f,
            (x, y) => Box(x, y, -1, -1, -0.65f, 1) || Box(x, y, -0.65f, -0.05f, 1, 0.25f) || Box(x, y, 0.65f, 0.25f, 1, 1) ? Brown : null
        ),
        new(
            "cow",
            1.5f,
            (x, y) =>
                Disc(x, y, 0.1f, -0.1f, 0.75f, 0.55f)
                || Disc(x, y, -0.78f, -0.45f, 0.22f, 0.35f)
                || Box(x, y, -0.45f, 0, -0.25f, 1)
                || Box(x, y, 0.45f, 0, 0.65f, 1)
                    ? (Disc(x, y, 0.35f, -0.25f, 0.25f, 0.28f) || Disc(x, y, -0.25f, 0.05f, 0.22f, 0.25f) || y > 0.8f ? Black : White)
                    : null
        ),
        new(
            "diningtable",
            1.7f,
            (x, y) =>
                Disc(x, y, 0, -0.6f, 1, 0.4f) ? (Stripe(x + 1, 0.5f) != Stripe(y + 1, 0.4f) ? White : Crimson)
                : Box(x, y, -0.12f, -0.4f, 0.12f, 0.85f) || Box(x, y, -0.5f, 0.8f, 0.5f, 1) ? Umber
                : null
        ),
        new(
            "dog",
            0.95f,
            (x, y) =>
                Disc(x, y, -0.78f, -0.2f, 0.22f, 0.7f) || Disc(x, y, 0.78f, -0.2f, 0.22f, 0.7f) ? Umber
                : Box(x, y, -0.65f, -0.9f, 0.65f, 0.3f) || Disc(x, y, 0, 0.5f, 0.45f, 0.5f)
                    ? (
                        Disc(x, y, 0, 0.4f, 0.2f, 0.16f) || Disc(x, y, -0.3f, -0.3f, 0.12f, 0.14f) || Disc(x, y, 0.3f, -0.3f, 0.12f, 0.14f)
                            ? Black
                            : Tan
                    )
                : null
        ),
        new(
            "horse",
            1.05f,
            (x, y) =>
                Box(x, y, -0.6f, -0.25f, 0.85f, 0.3f)
                || Triangle(x, y, -0.75f, -1, -0.6f, 0.3f, 0, -0.2f)
                || Disc(x, y, -0.75f, -0.8f, 0.25f, 0.2f)
                || Box(x, y, -0.6f, 0.3f, -0.4f, 1)
                || Box(x, y, 0.6f, 0.3f, 0.8f, 1)
                || Triangle(x, y, 0.8f, -0.25f, 1, 0.6f, 0.8f, 0.1f)
                    ? Umber
                    : null
        ),
        new(
            "motorbike",
            1.5f,
            (x, y) =>
                Ring(x, y, -0.6f, 0.4f, 0.4f, 0.6f, 0.45f) || Ring(x, y, 0.6f, 0.4f, 0.4f, 0.6f, 0.45f) ? Black
                : Triangle(x, y, -0.7f, 0.4f, 0.7f, 0.4f, 0.1f, -0.8f) || Box(x, y, 0, -1, 0.5f, -0.75f) ? Purple
                : null
        ),
        new(
            "person",
            0.5f,
            (x, y) =>
                Disc(x, y, 0, -0.72f, 0.5f, 0.28f) ? Skin
                : Trapezoid(x, y, -0.45f, 0.9f, 0.25f, 0.6f) ? Blue
                : Box(x, y, -0.6f, 0.25f, -0.12f, 1) || Box(x, y, 0.12f, 0.25f, 0.6f, 1) ? Black
                : null
        ),
        new(
            "pottedplant",
            0.8f,
            (x, y) =>
                Trapezoid(x, y, 0.3f, 0.6f, 1, 0.4f) ? Clay
                : Disc(x, y, 0, -0.45f, 0.22f, 0.55f)
                || Disc(x, y, -0.5f, -0.2f, 0.5f, 0.2f)
                || Disc(x, y, 0.5f, -0.2f, 0.5f, 0.2f)
                || Box(x, y, -0.08f, 0, 0.08f, 0.3f)
                    ? Leaf
                : null
        ),
        new(
            "sheep",
            1.3f,
            (x, y) =>
                Disc(x, y, -0.8f, -0.1f, 0.2f, 0.3f) ? Black
                : Disc(x, y, -0.4f, 0, 0.4f, 0.5f)
                || Disc(x, y, 0.1f, -0.4f, 0.45f, 0.55f)
                || Disc(x, y, 0.6f, 0, 0.4f, 0.5f)
                || Disc(x, y, 0.1f, 0.2f, 0.5f, 0.5f)
                    ? (Stripe(x + y + 4, 0.3f) ? White : Grey)
                : Box(x, y, -0.35f, 0.3f, -0.2f, 1) || Box(x, y, 0.45f, 0.3f, 0.6f, 1) ? Black
                : null
        ),
        new(
            "sofa",
            2.1f,
            (x, y) =>
                Box(x, y, -1, -0.5f, -0.7f, 1) || Box(x, y, 0.7f, -0.5f, 1, 1) || Box(x, y, -0.7f, 0.2f, 0.7f, 1) ? Magenta
                : Box(x, y, -0.7f, -1, 0.7f, 0.2f) ? Purple
                : null
        ),
        new(
            "train",
            2.6f,
            (x, y) =>
                Disc(x, y, 0.4f, -0.1f, 0.6f, 0.9f) || Box(x, y, -1, -1, 0.4f, 0.8f) ? (Stripe(x + 1, 0.3f) && y < 0.3f ? Yellow : Cyan)
                : Box(x, y, -0.95f, 0.8f, 0.9f, 1) ? Black
                : null
        ),
        new(
            "tvmonitor",
            1.25f,
            (x, y) =>
                Box(x, y, -1, -1, 1, 0.6f) ? (Box(x, y, -0.85f, -0.8f, 0.85f, 0.4f) ? (Stripe(x - y + 4, 0.5f) ? Blue : Cyan) : Black)
                : Box(x, y, -0.12f, 0.6f, 0.12f, 0.85f) || Box(x, y, -0.5f, 0.85f, 0.5f, 1) ? Grey
                : null
        ),
    ];
}
