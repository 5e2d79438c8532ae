using PPYolo.Align.Tensors;
using PPYolo.Data.Batches;
using PPYolo.Train.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace PPYolo.Train.Stepping;

/// <summary>
/// Copies batches to where the network is. To a card they go through pinned memory, so that the program need not wait for a copy; and the
/// next batch's begins while the step before it runs, on a stream of its own where the driver has one.
/// </summary>
/// <param name="device">Where the network is.</param>
internal sealed class BatchTransfer(Device device) : IDisposable
{
    private (Batch Batch, TransferredBatch Tensors)? ahead;

    /// <summary>Copies a tensor; a test takes another to see when.</summary>
    public Func<TensorData, Device, Tensor> Copy { get; set; } = Pinned;

    /// <summary>Copies beside what a card computes; null where it cannot, and on the CPU.</summary>
    public CopyStream? Stream { get; set; } =
        device.type == DeviceType.CUDA ? CopyStream.Open(StreamFunctions.Find(), device.index, host => host.pin_memory()) : null;

    /// <summary>Begins to copy a batch that <see cref="Take"/> will be asked for.</summary>
    /// <param name="batch">The batch as it comes.</param>
    /// <param name="fed">What is fed in its place.</param>
    public void Begin(Batch batch, Func<Batch, Batch> fed)
    {
        Drop();
        using var scope = NewDisposeScope();
        var next = fed(batch);
        var tensors = BesideComputing(next) ?? Copied(next, Copy);
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
            return Copied(fed(batch), Copy);
        }

        Stream?.Join();
        ahead = null;
        scope.Attach(begun.Tensors.All);
        return begun.Tensors;
    }

    /// <summary>Frees what was begun and not taken.</summary>
    public void Dispose()
    {
        Drop();
        Stream?.Dispose();
        Stream = null;
    }

    private void Drop()
    {
        if (ahead is not { } begun)
        {
            return;
        }

        Stream?.Join();
        foreach (var tensor in begun.Tensors.All)
        {
            tensor.Dispose();
        }

        ahead = null;
    }

    /// <summary>A batch that is being copied on a stream of its own; null where there is none, or it failed, which ends it.</summary>
    private TransferredBatch? BesideComputing(Batch batch)
    {
        if (Stream is not { } stream)
        {
            return null;
        }

        var isBegun = false;
        try
        {
            var tensors = Copied(batch, stream.Begin);
            isBegun = true;
            return tensors;
        }
        catch (CudaException)
        {
            stream.Dispose();
            Stream = null;
            return null;
        }
        finally
        {
            if (!isBegun)
            {
                // Copies of this batch that were begun are about to be freed.
                Stream?.Join();
            }
        }
    }

    private TransferredBatch Copied(Batch batch, Func<TensorData, Device, Tensor> copy) =>
        new(copy(batch.Images, device), copy(batch.Boxes, device), [.. batch.Targets.Select(target => copy(target, device))]);

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
