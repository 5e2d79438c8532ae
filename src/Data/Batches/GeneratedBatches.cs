using System.Runtime.InteropServices;
using PPYolo.Align.Generation;
using PPYolo.Align.Tensors;
using PPYolo.Model.Networks;

namespace PPYolo.Data.Batches;

/// <summary>
/// Batches that any language can generate: images of noise with random boxes, from <see cref="PortableStream"/>s named by seed and
/// iteration.
/// </summary>
/// <param name="seed">The seed, a decimal number as text.</param>
/// <param name="count">Images in a batch.</param>
/// <param name="sizes">Sides in pixels to choose from, multiples of 32.</param>
/// <param name="network">Anchors, levels and classes of the targets.</param>
public sealed class GeneratedBatches(string seed, int count, IReadOnlyList<int> sizes, NetworkOptions network) : IBatchSource
{
    /// <summary>Rows of ground truth per image.</summary>
    public const int Rows = 50;

    /// <summary>The side of the images of an iteration in pixels.</summary>
    public int Size(int iteration) => sizes[(int)MathF.Floor(new PortableStream($"{seed}/size").Uniform(iteration) * sizes.Count)];

    /// <inheritdoc />
    public Batch At(int iteration)
    {
        var size = Size(iteration);
        var bytes = BatchAssembly.Room(count, size, 3L * size * size);
        new PortableStream($"{seed}/image/{iteration}").FillScaled(MemoryMarshal.Cast<byte, float>(bytes.AsSpan()), 2f);
        var images = new TensorData(ElementType.Float32, [count, 3, size, size], bytes);
        return BatchAssembly.Of(
            images,
            Objects($"{seed}/gt/{iteration}", count, network.Classes),
            Rows,
            network,
            $"generator:{seed} iteration {iteration}"
        );
    }

    /// <summary>
    /// The objects of <paramref name="images"/> images, from the stream of a name; every operation is rounded to float32, in the written
    /// order.
    /// </summary>
    internal static GroundTruth[][] Objects(string name, int images, int classes)
    {
        var stream = new PortableStream(name);
        var objects = new GroundTruth[images][];
        for (var image = 0; image < images; image++)
        {
            var first = (long)image * Rows * 6;
            objects[image] = new GroundTruth[1 + (int)MathF.Floor(stream.Uniform(first + 5) * 8)];
            for (var j = 0; j < objects[image].Length; j++)
            {
                objects[image][j] = Object(stream, first + (j * 6), classes);
            }
        }

        return objects;
    }

    private static GroundTruth Object(PortableStream stream, long at, int classes)
    {
        float u0 = stream.Uniform(at),
            u1 = stream.Uniform(at + 1),
            u2 = stream.Uniform(at + 2);
        float u3 = stream.Uniform(at + 3),
            u4 = stream.Uniform(at + 4),
            u5 = stream.Uniform(at + 5);
        var width = 0.05f + (0.55f * u0);
        var height = 0.05f + (0.55f * u1);
        var x = (width * 0.5f) + ((1 - width) * u2);
        var y = (height * 0.5f) + ((1 - height) * u3);
        return new(x, y, width, height, Math.Min(classes - 1, (int)MathF.Floor(u4 * classes)), u5 < 0.7f ? 1 : 1.5f - u5);
    }
}
