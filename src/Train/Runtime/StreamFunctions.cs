using System.Globalization;
using System.Runtime.InteropServices;

namespace PPYolo.Train.Runtime;

/// <summary>
/// The functions of the CUDA driver that a second stream needs, with the signatures of cuda.h. They are the driver's and not the
/// runtime's, of which libtorch brings its own under a name that no other program knows; a stream of one is a stream of the other.
/// </summary>
/// <param name="export">The address of a function.</param>
internal sealed unsafe class StreamFunctions(Func<string, nint> export)
{
    /// <summary>The stream on which libtorch computes.</summary>
    public const nint Computing = 0;

    // CU_STREAM_NON_BLOCKING: else it would wait for the default stream by itself. CU_EVENT_DISABLE_TIMING: it only orders.
    private const uint NonBlocking = 1,
        NoTiming = 2;

    private readonly delegate* unmanaged<nint, int> push = (delegate* unmanaged<nint, int>)export("cuCtxPushCurrent_v2");
    private readonly delegate* unmanaged<nint*, int> pop = (delegate* unmanaged<nint*, int>)export("cuCtxPopCurrent_v2");
    private readonly delegate* unmanaged<nint, nint, int> record = (delegate* unmanaged<nint, nint, int>)export("cuEventRecord");
    private readonly delegate* unmanaged<nint, int> finishEvent = (delegate* unmanaged<nint, int>)export("cuEventSynchronize");
    private readonly delegate* unmanaged<nint, int> finishStream = (delegate* unmanaged<nint, int>)export("cuStreamSynchronize");
    private readonly delegate* unmanaged<nint, nint, uint, int> wait = (delegate* unmanaged<nint, nint, uint, int>)export(
        "cuStreamWaitEvent"
    );
    private readonly delegate* unmanaged<nint, nint, nuint, nint, int> copy = (delegate* unmanaged<nint, nint, nuint, nint, int>)export(
        "cuMemcpyHtoDAsync_v2"
    );

    /// <summary>Those of this machine's driver; null where they are not found.</summary>
    public static StreamFunctions? Find()
    {
        try
        {
            return NativeLibrary.TryLoad(OperatingSystem.IsWindows() ? "nvcuda" : "libcuda.so.1", out var library)
                ? new(name => NativeLibrary.GetExport(library, name))
                : null;
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }
    }

    /// <summary>The context of a card that libtorch computes in.</summary>
    public nint Context(int card)
    {
        int device;
        nint context;
        Check("cuDeviceGet", ((delegate* unmanaged<int*, int, int>)export("cuDeviceGet"))(&device, card));
        Check("cuDevicePrimaryCtxRetain", ((delegate* unmanaged<nint*, int, int>)export("cuDevicePrimaryCtxRetain"))(&context, device));
        return context;
    }

    /// <summary>Does something with a context, which this thread has no longer than that.</summary>
    public void Within(nint context, Action act)
    {
        Check("cuCtxPushCurrent", push(context));
        try
        {
            act();
        }
        finally
        {
            nint left;
            _ = pop(&left);
        }
    }

    /// <summary>A stream that waits for no other by itself.</summary>
    public nint NewStream()
    {
        nint stream;
        Check("cuStreamCreate", ((delegate* unmanaged<nint*, uint, int>)export("cuStreamCreate"))(&stream, NonBlocking));
        return stream;
    }

    /// <summary>A point that one stream passes and others wait for.</summary>
    public nint NewEvent()
    {
        nint point;
        Check("cuEventCreate", ((delegate* unmanaged<nint*, uint, int>)export("cuEventCreate"))(&point, NoTiming));
        return point;
    }

    /// <summary>Makes an event of what a stream was asked for until now.</summary>
    public void Record(nint point, nint stream) => Check("cuEventRecord", record(point, stream));

    /// <summary>Lets a stream do nothing more that it is asked for before the event.</summary>
    public void Wait(nint stream, nint point) => Check("cuStreamWaitEvent", wait(stream, point, 0));

    /// <summary>Asks a stream for a copy from pinned memory to the card.</summary>
    public void Copy(nint to, nint from, long length, nint stream) => Check("cuMemcpyHtoDAsync", copy(to, from, (nuint)length, stream));

    /// <summary>Lets the program wait for an event.</summary>
    public void FinishEvent(nint point) => Check("cuEventSynchronize", finishEvent(point));

    /// <summary>Lets the program wait for all that a stream was asked for.</summary>
    public void FinishStream(nint stream) => Check("cuStreamSynchronize", finishStream(stream));

    /// <summary>Frees a stream.</summary>
    public void FreeStream(nint stream) => Check("cuStreamDestroy", ((delegate* unmanaged<nint, int>)export("cuStreamDestroy_v2"))(stream));

    /// <summary>Frees an event.</summary>
    public void FreeEvent(nint point) => Check("cuEventDestroy", ((delegate* unmanaged<nint, int>)export("cuEventDestroy_v2"))(point));

    private static void Check(string function, int error)
    {
        if (error != 0)
        {
            throw new CudaException(string.Create(CultureInfo.InvariantCulture, $"CUDA: {function} failed with error {error}"));
        }
    }
}
