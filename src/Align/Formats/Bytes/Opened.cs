using PPYolo.Align.Tensors;

namespace PPYolo.Align.Formats.Bytes;

/// <summary>A file that is open until it is disposed, or handed over to the tensors that lie in it.</summary>
internal sealed class Opened(string path, long leaveFrom = ByteSource.LeaveFrom) : IDisposable
{
    private bool handedOver;

    public ByteSource Source { get; } = ByteSource.Open(path, leaveFrom);

    public void HandOver(NamedTensors tensors)
    {
        tensors.Own(Source);
        handedOver = true;
    }

    public void Dispose()
    {
        if (!handedOver)
        {
            Source.Dispose();
        }
    }
}
