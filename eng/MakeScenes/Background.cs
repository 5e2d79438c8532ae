namespace PPYolo.MakeScenes;

/// <summary>Paints what lies behind the objects: a gradient, clouds, checks or stripes in pale colours, with a little noise.</summary>
internal static class Background
{
    public static void Paint(Canvas canvas, Dice dice)
    {
        Rgb first = Pale(dice),
            second = Pale(dice);
        var kind = dice.Below(4);
        float angle = dice.Between(0, MathF.PI),
            period = dice.Between(14, 40);
        float sine = MathF.Sin(angle),
            cosine = MathF.Cos(angle);
        var lattice = Enumerable.Range(0, 100).Select(_ => dice.Between(0, 1)).ToArray();
        for (var y = 0; y < canvas.Height; y++)
        {
            for (var x = 0; x < canvas.Width; x++)
            {
                float along = (x * cosine) + (y * sine),
                    across = (y * cosine) - (x * sine);
                var share = kind switch
                {
                    0 => Math.Clamp((along / canvas.Width) + 0.3f, 0, 1),
                    1 => Cloud(lattice, x / period, y / period),
                    2 => Outline.Stripe(along, period) != Outline.Stripe(across, period) ? 0.8f : 0.2f,
                    _ => Outline.Stripe(along, period) ? 0.75f : 0.25f,
                };
                canvas[x, y] = first.Towards(second, share) + (new Rgb(1, 1, 1) * dice.Between(-4, 4));
            }
        }
    }

    private static Rgb Pale(Dice dice)
    {
        var grey = dice.Between(70, 210);
        return new(grey + dice.Between(-22, 22), grey + dice.Between(-22, 22), grey + dice.Between(-22, 22));
    }

    /// <summary>Smooth noise of a periodic lattice of 10 by 10 values.</summary>
    private static float Cloud(float[] lattice, float x, float y)
    {
        var (column, row) = ((int)x, (int)y);
        float right = x - column,
            down = y - row;
        float top = At(column, row) + (right * (At(column + 1, row) - At(column, row)));
        float bottom = At(column, row + 1) + (right * (At(column + 1, row + 1) - At(column, row + 1)));
        return top + (down * (bottom - top));

        float At(int c, int r) => lattice[(r % 10 * 10) + (c % 10)];
    }
}
