using PPYolo.Model.Networks;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit.Model.Head;

/// <summary>The losses as they are defined, one cell after the other, in float64.</summary>
internal sealed class NaiveYoloLoss
{
    private readonly NetworkOptions options;
    private readonly Dictionary<string, double> sums = [];

    public NaiveYoloLoss(NetworkOptions options, IReadOnlyList<Tensor> outputs, Tensor boxes, IReadOnlyList<Tensor> targets)
    {
        this.options = options;
        for (var level = 0; level < outputs.Count; level++)
        {
            Level(
                level,
                Doubles(outputs[level]),
                (int)outputs[level].shape[2],
                Doubles(boxes),
                (int)boxes.shape[0],
                (int)boxes.shape[1],
                Doubles(targets[level])
            );
        }
    }

    /// <summary>Cells without an object that were left out of the objectness loss.</summary>
    public int Ignored { get; private set; }

    /// <summary>By name; only those that occurred.</summary>
    public IReadOnlyDictionary<string, double> Terms => sums;

    private void Level(int level, double[] output, int cells, double[] boxes, int images, int rows, double[] targets)
    {
        var anchors = options.AnchorsOf(level);
        int classes = options.Classes,
            plane = cells * cells,
            iouChannels = options.IouAware ? anchors.Length : 0;
        var channels = iouChannels + (anchors.Length * (5 + classes));
        for (var b = 0; b < images; b++)
        {
            for (var a = 0; a < anchors.Length; a++)
            {
                for (var cell = 0; cell < plane; cell++)
                {
                    double P(int channel) => output[(((b * channels) + iouChannels + (a * (5 + classes)) + channel) * plane) + cell];
                    double T(int channel) => targets[(((((b * anchors.Length) + a) * (6 + classes)) + channel) * plane) + cell];

                    double x = (1.05 * Sigmoid(P(0))) - 0.025000000000000022,
                        y = (1.05 * Sigmoid(P(1))) - 0.025000000000000022;
                    double weight = T(4) * T(5),
                        score = T(5);
                    var predicted = Decode(x, y, P(2), P(3));
                    var iou = Iou(predicted, Decode(T(0), T(1), T(2), T(3)), clampAreas: true);
                    Add("loss_xy", weight * (Math.Abs(x - T(0)) + Math.Abs(y - T(1))), images);
                    Add("loss_wh", weight * (Math.Abs(P(2) - T(2)) + Math.Abs(P(3) - T(3))), images);
                    Add("loss_iou", weight * (1 - (iou * iou)) * 2.5, images);
                    if (options.IouAware)
                    {
                        Add("loss_iou_aware", score * Bce(output[(((b * channels) + a) * plane) + cell], iou), images);
                    }

                    var best = 0.0;
                    for (var row = 0; row < rows; row++)
                    {
                        var at = ((b * rows) + row) * 4;
                        best = Math.Max(
                            best,
                            Iou(predicted, Corners(boxes[at], boxes[at + 1], boxes[at + 2], boxes[at + 3]), clampAreas: false)
                        );
                    }

                    var positive = score > 0;
                    var keep = best <= 0.7;
                    Ignored += !positive && !keep ? 1 : 0;
                    var objectness = Bce(P(4), positive ? 1 : 0);
                    Add("loss_obj", (objectness * score) + (!positive && keep ? objectness : 0), images);
                    for (var c = 0; c < classes; c++)
                    {
                        Add("loss_cls", score * Bce(P(5 + c), T(6 + c)), images);
                    }

                    (double, double, double, double) Decode(double cx, double cy, double w, double h) =>
                        Corners(
                            (cx + (cell % cells)) / cells,
                            (cy + (cell / cells)) / cells,
                            Math.Exp(w) * anchors[a].Width / (options.Strides[level] * cells),
                            Math.Exp(h) * anchors[a].Height / (options.Strides[level] * cells)
                        );
                }
            }
        }
    }

    private void Add(string name, double value, int images) => sums[name] = sums.GetValueOrDefault(name) + (value / images);

    private static (double Left, double Top, double Right, double Bottom) Corners(double x, double y, double width, double height) =>
        (x - (width * 0.5), y - (height * 0.5), x + (width * 0.5), y + (height * 0.5));

    private static double Iou(
        (double Left, double Top, double Right, double Bottom) p,
        (double Left, double Top, double Right, double Bottom) g,
        bool clampAreas
    )
    {
        var overlap =
            Math.Max(0, Math.Min(p.Right, g.Right) - Math.Max(p.Left, g.Left))
            * Math.Max(0, Math.Min(p.Bottom, g.Bottom) - Math.Max(p.Top, g.Top));
        double one = (p.Right - p.Left) * (p.Bottom - p.Top),
            other = (g.Right - g.Left) * (g.Bottom - g.Top);
        return overlap / ((clampAreas ? Math.Max(0, one) + Math.Max(0, other) : one + other) - overlap + 1e-9);
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static double Bce(double logit, double probability) =>
        Math.Max(logit, 0) - (logit * probability) + Math.Log(1 + Math.Exp(-Math.Abs(logit)));

    private static double[] Doubles(Tensor values) => values.detach().to(ScalarType.Float64).contiguous().data<double>().ToArray();
}
