namespace PPYolo.MakeScenes;

/// <summary>Whether a point lies in a simple shape; coordinates go from -1 to 1, y downwards.</summary>
internal static class Outline
{
    public static bool Box(float x, float y, float left, float top, float right, float bottom) =>
        x >= left && x <= right && y >= top && y <= bottom;

    public static bool Disc(float x, float y, float centreX, float centreY, float radiusX, float radiusY) =>
        Square((x - centreX) / radiusX) + Square((y - centreY) / radiusY) <= 1;

    /// <summary>Between two ellipses; the inner one is smaller by a share.</summary>
    public static bool Ring(float x, float y, float centreX, float centreY, float radiusX, float radiusY, float inner) =>
        Disc(x, y, centreX, centreY, radiusX, radiusY) && !Disc(x, y, centreX, centreY, radiusX * inner, radiusY * inner);

    public static bool Triangle(float x, float y, float ax, float ay, float bx, float by, float cx, float cy)
    {
        float first = Side(x, y, ax, ay, bx, by),
            second = Side(x, y, bx, by, cx, cy),
            third = Side(x, y, cx, cy, ax, ay);
        return (first >= 0 && second >= 0 && third >= 0) || (first <= 0 && second <= 0 && third <= 0);
    }

    /// <summary>Between two heights, whose left and right edges run from one pair of abscissae to another.</summary>
    public static bool Trapezoid(float x, float y, float top, float topHalf, float bottom, float bottomHalf)
    {
        var share = (y - top) / (bottom - top);
        return share is >= 0 and <= 1 && Math.Abs(x) <= topHalf + (share * (bottomHalf - topHalf));
    }

    /// <summary>Every second stripe along a coordinate.</summary>
    public static bool Stripe(float along, float period) => along - (MathF.Floor(along / period) * period) < period / 2;

    private static float Side(float x, float y, float ax, float ay, float bx, float by) => ((bx - ax) * (y - ay)) - ((by - ay) * (x - ax));

    private static float Square(float value) => value * value;
}
