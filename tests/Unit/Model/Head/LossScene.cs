using PPYolo.Align.Tensors;
using PPYolo.Data.Batches;
using PPYolo.Model.Networks;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit.Model.Head;

/// <summary>A small batch with everything that the losses distinguish: head outputs, boxes and targets.</summary>
internal sealed class LossScene
{
    public const int Rows = 4,
        Classes = 3,
        Images = 2,
        Size = 128;

    public LossScene(NetworkOptions preset, bool objects, ScalarType type)
    {
        Options = preset with { Classes = Classes };
        GroundTruth[][] all = objects
            ? Objects
            :
            [
                [],
                [],
            ];
        var boxes = new float[Images * Rows * 4];
        for (var image = 0; image < Images; image++)
        {
            for (var row = 0; row < all[image].Length; row++)
            {
                var box = all[image][row];
                ReadOnlySpan<float> values = [box.X, box.Y, box.Width, box.Height];
                values.CopyTo(boxes.AsSpan(((image * Rows) + row) * 4));
            }
        }

        Boxes = tensor(boxes, [Images, Rows, 4]).to(type);
        var assignment = new YoloTargets(Options);
        for (var level = 0; level < Options.Levels; level++)
        {
            var shape = assignment.Shape(level, Size);
            var length = (int)TensorData.CountOf(shape);
            var target = new float[Images * length];
            for (var image = 0; image < Images; image++)
            {
                assignment.Assign(all[image], Size, level, target.AsSpan(image * length, length));
            }

            Targets.Add(tensor(target, [Images, .. shape]).to(type));
            var channels = shape[0] * (5 + Classes + (Options.IouAware ? 1 : 0));
            var output = TestTensors.Of($"output {level}", 1.5f, Images, channels, shape[2], shape[3]).to(type);
            Predict(output, all, level);
            Outputs.Add(output);
        }
    }

    public NetworkOptions Options { get; }

    public List<Tensor> Outputs { get; } = [];

    public Tensor Boxes { get; }

    public List<Tensor> Targets { get; } = [];

    /// <summary>
    /// Boxes for every level, one of them twice in the same cell and anchor with another class, and scores as mixed images have them.
    /// </summary>
    private static GroundTruth[][] Objects =>
        [
            [
                new(0.3f, 0.6f, 0.9f, 0.8f, 0, 1),
                new(0.71f, 0.22f, 0.25f, 0.3f, 2, 0.65f),
                new(0.7f, 0.23f, 0.26f, 0.3f, 1, 1),
                new(0.1f, 0.9f, 0.12f, 0.15f, 1, 0.35f),
            ],
            [new(0.55f, 0.45f, 0.4f, 0.7f, 1, 0.8f)],
        ];

    /// <summary>
    /// In every cell that has a box's centre, lets all anchors predict just that box: those without an object exceed the ignore threshold.
    /// </summary>
    private void Predict(Tensor output, GroundTruth[][] objects, int level)
    {
        var anchors = Options.AnchorsOf(level);
        var cells = (int)output.shape[2];
        for (var image = 0; image < Images; image++)
        {
            foreach (var box in objects[image])
            {
                int row = (int)(box.Y * cells),
                    column = (int)(box.X * cells);
                for (var anchor = 0; anchor < anchors.Length; anchor++)
                {
                    var first = (Options.IouAware ? anchors.Length : 0) + (anchor * (5 + Classes));
                    // A little beside it, so that nothing is on the kink of a minimum or maximum.
                    ReadOnlySpan<double> values =
                    [
                        Logit((((box.X * cells) - column + 0.025) / 1.05) + 0.01),
                        Logit((((box.Y * cells) - row + 0.025) / 1.05) - 0.01),
                        Math.Log(box.Width * Size / anchors[anchor].Width) + 0.02,
                        Math.Log(box.Height * Size / anchors[anchor].Height) - 0.03,
                    ];
                    for (var i = 0; i < values.Length; i++)
                    {
                        output[image, first + i, row, column] = tensor(values[i]);
                    }
                }
            }
        }
    }

    private static double Logit(double share) => Math.Log(share / (1 - share));
}
