using PPYolo.Align.Tensors;
using PPYolo.Train.Runtime;
using static TorchSharp.torch;

namespace PPYolo.Train.Stepping;

/// <summary>
/// Copies tensors to a card beside what the card computes. libtorch computes on one stream, and TorchSharp has no second one: a copy that
/// it is asked for begins only when the card has computed all before it, and the card computes nothing meanwhile. Here copies have a stream
/// of their own. Never run on a card yet.
/// </summary>
/// <remarks>
/// Memory is safe by two orders. Before a copy, this stream waits for all that the computing one was asked for: libtorch may have handed
/// out memory that something there still reads. Before a copy is read or freed, the computing stream waits for it (<see cref="Join"/>):
/// libtorch then knows no other stream, and may hand the memory out again. The pinned memory that is copied from is kept until the program
/// has waited for the copy.
/// </remarks>
internal sealed class CopyStream : IDisposable
{
    private readonly StreamFunctions cuda;
    private readonly Func<Tensor, Tensor> pin;
    private readonly nint context;
    private readonly List<Tensor> sources = [];
    private nint stream;
    private nint computed;
    private nint copied;
    private bool isJoined;

    private CopyStream(StreamFunctions cuda, int card, Func<Tensor, Tensor> pin)
    {
        this.cuda = cuda;
        this.pin = pin;
        context = cuda.Context(card);
        cuda.Within(
            context,
            () =>
            {
                stream = cuda.NewStream();
                computed = cuda.NewEvent();
                copied = cuda.NewEvent();
            }
        );
    }

    /// <summary>Makes a stream.</summary>
    /// <param name="cuda">The driver; null where it is not found.</param>
    /// <param name="card">The number of the card.</param>
    /// <param name="pin">Copies a tensor into pinned memory.</param>
    /// <returns>Null where the driver makes none.</returns>
    public static CopyStream? Open(StreamFunctions? cuda, int card, Func<Tensor, Tensor> pin)
    {
        try
        {
            return cuda is null ? null : new(cuda, card, pin);
        }
        catch (CudaException)
        {
            return null;
        }
    }

    /// <summary>Begins to copy a tensor. Nothing may read it or free it before <see cref="Join"/>.</summary>
    /// <exception cref="CudaException">The driver did not do it; nothing is being copied any more.</exception>
    /// <exception cref="InvalidOperationException">Nor does it say whether something is still being copied.</exception>
    public Tensor Begin(TensorData data, Device device)
    {
        if (isJoined)
        {
            Guarded(() => cuda.FinishEvent(copied));
            Release();
        }

        using var host = data.ToTorch();
        var source = pin(host).DetachFromDisposeScope();
        sources.Add(source);
        var copy = empty(host.shape, host.dtype, device);
        Guarded(() =>
        {
            cuda.Record(computed, StreamFunctions.Computing);
            cuda.Wait(stream, computed);
            cuda.Copy(DeviceMemory.Address(copy), DeviceMemory.Address(source), DeviceMemory.Length(copy), stream);
            cuda.Record(copied, stream);
        });
        return copy;
    }

    /// <summary>Lets the card compute nothing more before all copies are there: from now on they are as any other tensors.</summary>
    /// <exception cref="InvalidOperationException">The driver does not say whether something is still being copied.</exception>
    public void Join()
    {
        if (sources.Count == 0 || isJoined)
        {
            return;
        }

        try
        {
            Guarded(() => cuda.Wait(StreamFunctions.Computing, copied));
        }
        catch (CudaException)
        {
            // The program has waited in the card's place.
        }

        isJoined = true;
    }

    /// <summary>Waits for all copies, and frees the stream.</summary>
    public void Dispose()
    {
        try
        {
            cuda.Within(
                context,
                () =>
                {
                    cuda.FinishStream(stream);
                    cuda.FreeEvent(copied);
                    cuda.FreeEvent(computed);
                    cuda.FreeStream(stream);
                }
            );
        }
        catch (CudaException)
        {
            // What is left over ends with the process.
            return;
        }

        Release();
    }

    private void Release()
    {
        sources.ForEach(source => source.Dispose());
        sources.Clear();
        isJoined = false;
    }

    /// <summary>Does something that may fail; where it does, nothing is being copied afterwards.</summary>
    private void Guarded(Action act)
    {
        try
        {
            cuda.Within(context, act);
        }
        catch (CudaException failure)
        {
            try
            {
                cuda.Within(context, () => cuda.FinishStream(stream));
            }
            catch (CudaException again)
            {
                throw new InvalidOperationException(
                    $"a batch is being copied to the card, which does not say when it is there ({failure.Message}; {again.Message}); see "
                        + "what nvidia-smi says, and train again",
                    again
                );
            }

            throw;
        }
    }
}
