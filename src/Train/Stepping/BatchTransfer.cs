using PPYolo.Align.Tensors;
using PPYolo.Data.Batches;
using TorchSharp;
using static TorchSharp.torch;

namespace PPYolo.Train.Stepping;

/// <summary>
/// Copies batches to where the network is. To a card they go through pinned memory, so that the program need not wait for a copy; and the
/// next batch's begins while the step before it runs.
/// </summary>
/// <param name="device">Where the network is.</param>
internal sealed class BatchTransfer(Device device) : IDisposable
{
    private (Batch Batch, TransferredBatch Tensors)? ahead;

    /// <summary>Copies a tensor; a test takes another to see when.</summary>
    public Func<TensorData, Device, Tensor> Copy { get; set; } = Pinned;

    /// <summary>Begins to copy a batch that <see cref="Take"/> will be asked for.</summary>
    /// <param name="batch">The batch as it comes.</param>
    /// <param name="fed">What is fed in its place.</param>
    public void Begin(Batch batch, Func<Batch, Batch> fed)
    {
        Dispose();
        using var scope = NewDisposeScope();
        var tensors = Copied(fed(batch));
        foreach (var tensor in tensors.All)
        {
            tensor.DetachFromDisposeScope();
        }

        ahead = (batch, tensors);
    }

    /// <summary>A batch's tensors: those that were begun, or copied now.</summary>
    /// <param name="batch">The batch as it comes.</param>
    /// <param name="fed">What is fed in its place.</param>
    /// <param name="scope">The caller's scope, which frees them.</param>
    public TransferredBatch Take(Batch batch, Func<Batch, Batch> fed, DisposeScope scope)
    {
        if (ahead is not { } begun || begun.Batch != batch)
        {
            return Copied(fed(batch));
        }

        ahead = null;
        scope.Attach(begun.Tensors.All);
        return begun.Tensors;
    }

    /// <summary>Frees what was begun and not taken.</summary>
    public void Dispose()
    {
        foreach (var tensor in ahead?.Tensors.All ?? [])
        {
            tensor.Dispose();
        }

        ahead = null;
    }

    private TransferredBatch Copied(Batch batch) =>
        new(Copy(batch.Images, device), Copy(batch.Boxes, device), [.. batch.Targets.Select(target => Copy(target, device))]);

    private static Tensor Pinned(TensorData data, Device device)
    {
        if (device.type != DeviceType.CUDA)
        {
            return data.ToTorch(device);
        }

        using var host = data.ToTorch();
        // libtorch keeps pinned memory until what was asked of it is done.
        using var pinned = host.pin_memory();
        return pinned.to(device, non_blocking: true);
    }
}
