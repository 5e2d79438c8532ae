using System.Runtime.InteropServices;
using PPYolo.Align;
using PPYolo.Align.Tensors;
using PPYolo.Model.Networks;

namespace PPYolo.Data.Batches;

/// <summary>Makes a <see cref="Batch"/> of images and their objects: boxes in fixed rows, targets for every level.</summary>
internal static class BatchAssembly
{
    /// <summary>Room for float32 numbers of a batch, which are not cleared.</summary>
    /// <param name="count">Images in the batch.</param>
    /// <param name="size">Their side in pixels, for the message.</param>
    /// <param name="perImage">Numbers of each.</param>
    /// <exception cref="AlignException">There are more than one array has room for.</exception>
    public static byte[] Room(int count, int size, long perImage) =>
        count * perImage * sizeof(float) is var length && length <= Array.MaxLength
            ? GC.AllocateUninitializedArray<byte>((int)length)
            : throw new AlignException(
                $"a batch of {count} images of {size}x{size} needs {length} bytes in one piece, of which there can be {Array.MaxLength}; "
                    + "take a smaller batch or smaller sizes, or more ranks"
            );

    public static Batch Of(
        TensorData images,
        IReadOnlyList<GroundTruth[]> objects,
        int rows,
        NetworkOptions network,
        string source,
        IReadOnlyList<string>? files = null
    )
    {
        var size = (int)images.Shape[3];
        var boxes = new float[objects.Count * rows * 4];
        for (var image = 0; image < objects.Count; image++)
        {
            for (var row = 0; row < objects[image].Length; row++)
            {
                var box = objects[image][row];
                ReadOnlySpan<float> values = [box.X, box.Y, box.Width, box.Height];
                values.CopyTo(boxes.AsSpan(((image * rows) + row) * 4));
            }
        }

        var tensors = new NamedTensors();
        tensors.Add("image", images);
        tensors.Add("gt_bbox", TensorData.Of<float>(boxes, objects.Count, rows, 4));
        var assignment = new YoloTargets(network);
        for (var level = 0; level < network.Levels; level++)
        {
            var shape = assignment.Shape(level, size);
            var perImage = (int)TensorData.CountOf(shape);
            var bytes = Room(objects.Count, size, perImage);
            Array.Clear(bytes);
            var target = MemoryMarshal.Cast<byte, float>(bytes.AsSpan());
            for (var image = 0; image < objects.Count; image++)
            {
                assignment.Assign(objects[image], size, level, target.Slice(image * perImage, perImage));
            }

            tensors.Add($"target{level}", new TensorData(ElementType.Float32, [objects.Count, .. shape], bytes));
        }

        return new Batch(tensors, source) { Files = files ?? [] };
    }
}
