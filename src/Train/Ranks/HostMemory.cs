using PPYolo.Kernels.Memory;
using static TorchSharp.torch;

namespace PPYolo.Train.Ranks;

/// <summary>
/// One rank's way to a tensor's memory: the tensor's own where it lies on the CPU, else a copy there that is reused from call to call.
/// </summary>
internal sealed unsafe class HostMemory : IDisposable
{
    private readonly Dictionary<ScalarType, Tensor> copies = [];
    private Tensor? open;

    /// <summary>The memory of a contiguous tensor, valid until <see cref="Close"/>.</summary>
    public nint Open(Tensor tensor)
    {
        var count = tensor.numel();
        if (count == 0)
        {
            return 0;
        }

        if (CpuPath.HasMemory(tensor))
        {
            return AddressOf(tensor);
        }

        if (!copies.TryGetValue(tensor.dtype, out var copy) || copy.numel() < count)
        {
            copy?.Dispose();
            // It lives longer than the iteration's scope.
            copies[tensor.dtype] = copy = empty(count, tensor.dtype, CPU).DetachFromDisposeScope();
        }

        open = copy.narrow(0, 0, count).DetachFromDisposeScope();
        using var flat = tensor.detach().view(-1);
        open.copy_(flat);
        return AddressOf(open);
    }

    /// <summary>Writes the memory back where it was a copy.</summary>
    public void Close(Tensor tensor, bool changed = true)
    {
        if (open is null)
        {
            return;
        }

        if (changed)
        {
            using var flat = tensor.detach().view(-1);
            flat.copy_(open);
        }

        open.Dispose();
        open = null;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        open?.Dispose();
        foreach (var copy in copies.Values)
        {
            copy.Dispose();
        }

        copies.Clear();
    }

    /// <summary>Where a contiguous tensor of the CPU begins; 0 where it is empty.</summary>
    public static nint AddressOf(Tensor tensor) => tensor.numel() == 0 ? 0 : (nint)TensorMemory.Address<double>(tensor);
}
