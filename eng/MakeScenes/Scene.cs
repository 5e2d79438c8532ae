using System.Globalization;
using OpenCvSharp;

namespace PPYolo.MakeScenes;

/// <summary>A painted image with its objects, which neither overlap nor leave it.</summary>
/// <param name="FileName">Its file.</param>
/// <param name="Canvas">Its pixels.</param>
/// <param name="Objects">Class from 0, and where it is.</param>
internal sealed record Scene(string FileName, Canvas Canvas, IReadOnlyList<(int Class, Painted Place)> Objects)
{
    private const int Tries = 60;
    private const float Gap = 3;

    /// <summary>Paints a scene.</summary>
    /// <param name="split">train or val.</param>
    /// <param name="number">The scene's number in its split, from 1.</param>
    /// <param name="classes">Says which class comes next.</param>
    public static Scene Paint(string split, int number, Func<int> classes)
    {
        var dice = new Dice(string.Create(CultureInfo.InvariantCulture, $"scenes/{split}/{number}"));
        var canvas = new Canvas(160 + (8 * dice.Below(13)), 160 + (8 * dice.Below(13)));
        Background.Paint(canvas, dice);
        var placed = new List<Placement>();
        var objects = new List<(int, Painted)>();
        for (var left = 1 + dice.Below(4); left > 0; left--)
        {
            // A class whose object finds no room waits for the next scene, so that all classes stay equally frequent.
            if (Find(canvas, placed, dice) is not { } place)
            {
                break;
            }

            var index = classes();
            var placement = Fit(place with { Design = Designs.All[index] });
            placed.Add(placement);
            objects.Add((index, canvas.Paint(placement)));
        }

        return new(string.Create(CultureInfo.InvariantCulture, $"{split}_{number:D4}.jpg"), canvas, objects);
    }

    /// <summary>The image as a JPEG file.</summary>
    public byte[] ToJpeg()
    {
        using var mat = Mat.FromPixelData(Canvas.Height, Canvas.Width, MatType.CV_8UC3, Canvas.ToBgr());
        Cv2.ImEncode(".jpg", mat, out var jpeg, new ImageEncodingParam(ImwriteFlags.JpegQuality, 88));
        return jpeg;
    }

    /// <summary>A free square to put an object in.</summary>
    private static Placement? Find(Canvas canvas, List<Placement> placed, Dice dice)
    {
        var shorter = Math.Min(canvas.Width, canvas.Height);
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var half = dice.Between(0.14f, 0.32f) * shorter;
            var place = new Placement(
                Designs.All[0],
                0,
                0,
                half,
                half,
                dice.Between(-0.2f, 0.2f),
                dice.Below(2) == 1,
                dice.Between(0.85f, 1.1f)
            );
            var reach = place.Reach.X + 1;
            place = place with
            {
                X = dice.Between(reach, Math.Max(reach, canvas.Width - reach)),
                Y = dice.Between(reach, Math.Max(reach, canvas.Height - reach)),
            };
            if (!placed.Exists(other => other.IsNear(place, Gap)))
            {
                return place;
            }
        }

        return null;
    }

    private static Placement Fit(Placement square) =>
        square.Design.Aspect > 1
            ? square with
            {
                HalfHeight = square.HalfWidth / square.Design.Aspect,
            }
            : square with
            {
                HalfWidth = square.HalfHeight * square.Design.Aspect,
            };
}
