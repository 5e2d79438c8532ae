using PPYolo.Align.Formats.Bytes;
using PPYolo.Align.Formats.Pickling;
using PPYolo.Align.Tensors;

namespace PPYolo.Align.Formats.Torch;

/// <summary>Gives pending tensors their elements: contiguous ones as a part of their storage, all others gathered into C order.</summary>
internal static class TensorResolver
{
    // An expanded tensor repeats its elements with a stride of zero. A state_dict has hardly one; a hostile one asks for as many as there
    // is memory.
    private const long MaxExpansion = 64;
    private const long MaxExpanded = 1 << 20;

    /// <summary>Resolves tensors.</summary>
    /// <param name="pending">The tensors.</param>
    /// <param name="find">Gives the bytes of a storage.</param>
    /// <param name="budget">Bounds what is gathered.</param>
    public static void Resolve(IEnumerable<PickleValue> pending, Func<TorchStorage, ByteSource> find, AllocationBudget budget)
    {
        var found = new Dictionary<TorchStorage, ByteSource>();
        var used = new Dictionary<TorchStorage, long>();
        foreach (var value in pending)
        {
            var tensor = (PendingTensor)value.Content!;
            if (!found.TryGetValue(tensor.Storage.Storage, out var bytes))
            {
                found[tensor.Storage.Storage] = bytes = find(tensor.Storage.Storage);
            }

            var (view, size) = (tensor.Storage, tensor.Storage.Storage.ItemSize);
            if (view.Count < view.Storage.Count)
            {
                bytes = bytes.Part(view.Offset * size, view.Count * size, bytes.Label);
            }

            var resolved = Resolve(tensor, bytes, budget);
            // A few tensors share a storage, as tied weights do; a hostile file has one large storage, and thousands of names for it.
            var (total, whole) = (used.GetValueOrDefault(view.Storage) + resolved.Bytes.Length, view.Storage.Count * size);
            used[view.Storage] = total;
            budget.Charge(Math.Clamp(total - whole, 0, resolved.Bytes.Length), bytes);
            value.Content = tensor.Negative ? Negation.Of(resolved, budget, bytes) : resolved;
        }
    }

    private static TensorData Resolve(PendingTensor tensor, ByteSource storage, AllocationBudget budget)
    {
        var (_, type, offset, shape, strides, _) = tensor;
        if (offset < 0)
        {
            throw storage.Error("a first element at 0 or behind it", $"{offset}");
        }

        if (shape.Length != strides.Length)
        {
            throw storage.Error($"{shape.Length} strides", $"{strides.Length}");
        }

        var count = Extents.Count(shape, storage);
        if (count == 0)
        {
            return new TensorData(type, shape, default);
        }

        var size = type.Size();
        var span = Reach(shape, strides);
        if (span > storage.Length / size || offset > (storage.Length / size) - (long)span)
        {
            throw storage.Error(
                $"{(span + offset) * size} bytes for a {type.Name()} tensor of shape ({string.Join(", ", shape)})",
                $"a storage of {storage.Length}"
            );
        }

        if (IsContiguous(shape, strides))
        {
            return new TensorData(type, shape, storage.Memory(offset * size, count * size));
        }

        var source = storage.Memory(offset * size, (long)span * size).Span;
        if (count > Math.Max(MaxExpansion * (long)span, MaxExpanded))
        {
            throw storage.Error(
                $"a tensor that repeats its {span} elements at most {MaxExpansion} times",
                $"shape ({string.Join(", ", shape)})",
                "store it before it is expanded"
            );
        }

        var target = budget.Allocate(count * size, storage);
        Strided.Gather(source, size, shape, strides, target);
        return new TensorData(type, shape, target);
    }

    // From the first element to the last, in elements. 64 products of 63 bits each do not overflow.
    private static Int128 Reach(long[] shape, long[] strides)
    {
        Int128 reach = 1;
        for (var dimension = 0; dimension < shape.Length; dimension++)
        {
            reach += (Int128)(shape[dimension] - 1) * strides[dimension];
        }

        return reach;
    }

    private static bool IsContiguous(long[] shape, long[] strides)
    {
        var stride = 1L;
        for (var dimension = shape.Length - 1; dimension >= 0; dimension--)
        {
            if (shape[dimension] > 1 && strides[dimension] != stride)
            {
                return false;
            }

            stride *= shape[dimension];
        }

        return true;
    }
}
