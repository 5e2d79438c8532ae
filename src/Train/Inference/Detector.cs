using PPYolo.Align;
using PPYolo.Align.Tensors;
using PPYolo.Model;
using PPYolo.Model.Boxes;
using PPYolo.Model.Networks;
using PPYolo.Train.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace PPYolo.Train.Inference;

/// <summary>
/// From weights and images to objects: network, decoding, selection. It has a network of its own, so that weights that train are neither
/// used nor changed. A harness that must show that it notices broken inference derives one that makes a stage wrong.
/// </summary>
public class Detector : IDisposable
{
    private readonly PPYoloNetwork network;
    private readonly YoloBoxDecoder decoder;
    private readonly Device device;

    /// <summary>Creates a detector.</summary>
    /// <param name="options">The network.</param>
    /// <param name="weights">Its weights and running statistics; they are copied.</param>
    /// <param name="fold">Whether norms are folded into convolutions, which is quicker and changes scores by rounding alone.</param>
    /// <param name="device">Where it computes; null is the CPU.</param>
    /// <exception cref="AlignException">The weights are not the network's.</exception>
    public Detector(NetworkOptions options, NamedTensors weights, bool fold = true, Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(weights);
        Options = options;
        this.device = device ?? CPU;
        network = new PPYoloNetwork(options);
        decoder = new YoloBoxDecoder(options);
        try
        {
            NetworkState.Load(network, weights);
        }
        catch
        {
            network.Dispose();
            throw;
        }

        if (this.device.type != DeviceType.CPU)
        {
            network.to(this.device);
        }

        network.eval();
        if (fold)
        {
            network.FoldNorms();
        }
    }

    /// <summary>The network.</summary>
    public NetworkOptions Options { get; }

    /// <summary>How objects are selected.</summary>
    public MatrixNmsOptions Selection { get; init; } = new();

    /// <summary>Detects objects in a batch.</summary>
    /// <param name="images">(B,3,S,S) float32, normalized, S a multiple of 32.</param>
    /// <param name="originals">The original size of each image; they may differ.</param>
    /// <returns>For each image its objects by falling score, in pixels of the original; an image without any has an empty list.</returns>
    public IReadOnlyList<DetectedBox[]> Detect(TensorData images, IReadOnlyList<OriginalSize> originals)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(originals);
        if (images.Shape is not [var count, 3, var height, var width] || height != width || width % 32 != 0 || count != originals.Count)
        {
            throw new ArgumentException(
                $"expected {originals.Count} images of 3 channels and a side that is a multiple of 32, found {images}",
                nameof(images)
            );
        }

        var outputs = Forward(images);
        return
        [
            .. originals.Select((original, image) => SelectObjects(Decode(OfImage(outputs, image, originals.Count), original), Selection)),
        ];
    }

    /// <summary>Runs the network.</summary>
    /// <param name="images">(B,3,S,S) float32, normalized.</param>
    /// <returns>The head's raw output of each level, coarsest first: (B,channels,g,g).</returns>
    public virtual IReadOnlyList<TensorData> Forward(TensorData images)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        return [.. network.call(images.ToTorch(device)).Select(output => output.ToData())];
    }

    /// <summary>Decodes the raw outputs of one image.</summary>
    /// <param name="outputs">(channels,g,g) of each level in C order, coarsest first.</param>
    /// <param name="original">The image's original size.</param>
    public virtual DecodedBoxes Decode(IReadOnlyList<ReadOnlyMemory<float>> outputs, OriginalSize original) =>
        decoder.Decode(outputs, original.Height, original.Width);

    /// <summary>Selects the objects of one image.</summary>
    public virtual DetectedBox[] SelectObjects(DecodedBoxes boxes, MatrixNmsOptions selection) => MatrixNms.Select(boxes, selection);

    /// <inheritdoc />
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees the network.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            network.Dispose();
        }
    }

    /// <summary>One image's part of outputs, in which images follow each other.</summary>
    internal static IReadOnlyList<ReadOnlyMemory<float>> OfImage(IReadOnlyList<TensorData> outputs, int image, int count) =>
        [
            .. outputs.Select(output =>
            {
                var values = output.As<float>();
                var length = values.Length / count;
                return (ReadOnlyMemory<float>)values.Slice(image * length, length).ToArray();
            }),
        ];
}
