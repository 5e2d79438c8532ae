using System.Globalization;
using PPYolo.Align;
using PPYolo.Align.Formats;
using PPYolo.Align.Tensors;
using PPYolo.Model.Boxes;
using PPYolo.Model.Networks;
using PPYolo.Train.Inference;

namespace PPYolo.Harness.Stages;

/// <summary>What the reference computed of two images, in its .npz file.</summary>
internal sealed class InferenceData : IDisposable
{
    private readonly string path;
    private readonly NamedTensors tensors;

    /// <summary>Opens a file.</summary>
    /// <exception cref="AlignException">It cannot be read, or the images are missing.</exception>
    public InferenceData(string path)
    {
        this.path = path;
        tensors = Npz.Read(path);
        var sizes = Tensor("im_size").As<float>().ToArray();
        Originals = [.. sizes.Chunk(2).Select(size => new OriginalSize(Height: (int)size[0], Width: (int)size[1]))];
    }

    /// <summary>The network's input.</summary>
    public TensorData Images => Tensor("image");

    /// <summary>The original size of each image.</summary>
    public IReadOnlyList<OriginalSize> Originals { get; }

    /// <summary>A tensor by its name.</summary>
    /// <exception cref="AlignException">There is none.</exception>
    public TensorData Tensor(string name) =>
        tensors.TryGet(name, out var tensor)
            ? tensor
            : throw new AlignException($"{path}: expected the array '{name}', found none; take the folder inference of the reference data");

    /// <summary>What it computed up to where objects are selected.</summary>
    public StageResults Stages(NetworkOptions network) =>
        new(
            [.. Enumerable.Range(0, network.Levels).Select(level => Tensor(string.Create(CultureInfo.InvariantCulture, $"head{level}")))],
            [
                .. Originals.Select(
                    (_, image) =>
                        new DecodedBoxes(network.Classes, OfImage("boxes", network.Levels, image), OfImage("scores", network.Levels, image))
                ),
            ]
        );

    /// <summary>An array with one row per level and image, of one image, levels one after the other.</summary>
    private float[] OfImage(string name, int levels, int image) =>
        [
            .. Enumerable
                .Range(0, levels)
                .SelectMany(level =>
                    Detector
                        .OfImage([Tensor(string.Create(CultureInfo.InvariantCulture, $"{name}{level}"))], image, Originals.Count)[0]
                        .ToArray()
                ),
        ];

    /// <summary>What a setting selected of an image; the reference's row of -1, which stands for nothing, is left out.</summary>
    public IReadOnlyList<DetectedBox> Selected(string setting, int image)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{setting}_{image}");
        ReadOnlySpan<float> labels = Tensor(name + "_labels").As<float>(),
            scores = Tensor(name + "_scores").As<float>(),
            boxes = Tensor(name + "_boxes").As<float>();
        var rows = new List<DetectedBox>();
        for (var i = 0; i < labels.Length; i++)
        {
            if (labels[i] >= 0)
            {
                rows.Add(new((int)labels[i], scores[i], boxes[i * 4], boxes[(i * 4) + 1], boxes[(i * 4) + 2], boxes[(i * 4) + 3]));
            }
        }

        return rows;
    }

    public void Dispose() => tensors.Dispose();
}
