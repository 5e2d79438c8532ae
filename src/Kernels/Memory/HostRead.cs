using TorchSharp;
using static TorchSharp.torch;

namespace PPYolo.Kernels.Memory;

/// <summary>
/// Numbers of tensors that the program itself needs in a training step. On a card each read waits for all that was asked of the card, so
/// that there is one place for them, and a test that counts them: one an iteration for the losses, one for all gradients' norms where they
/// are clipped, and over several ranks one for the sum of losses, one for each norm of a batch, and one for the checksum of the weights.
/// </summary>
internal static class HostRead
{
    private static long count,
        waits;

    /// <summary>How many there were in this process.</summary>
    public static long Count => Interlocked.Read(ref count);

    /// <summary>How often this process waited for a device without reading anything.</summary>
    public static long Waits => Interlocked.Read(ref waits);

    /// <summary>Waits until all is done that was asked of a tensor's device, so that a time that is shown is of finished work.</summary>
    public static void Wait(Tensor tensor)
    {
        if (CpuPath.HasMemory(tensor))
        {
            return;
        }

        Interlocked.Increment(ref waits);
        if (tensor.device_type == DeviceType.CUDA)
        {
            cuda.synchronize(tensor.device);
        }
    }

    /// <summary>The elements of a tensor, at once.</summary>
    /// <param name="tensor">Any shape and device.</param>
    /// <returns>In order, in the type that is asked for.</returns>
    public static T[] Elements<T>(Tensor tensor)
        where T : unmanaged
    {
        Interlocked.Increment(ref count);
        using var scope = NewDisposeScope();
        return [.. tensor.detach().cpu().contiguous().data<T>()];
    }
}
