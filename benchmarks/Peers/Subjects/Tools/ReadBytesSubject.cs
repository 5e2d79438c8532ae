using PPYolo.Peers.Measuring;

namespace PPYolo.Peers.Subjects.Tools;

/// <summary>The floor of whatever reads files: their bytes, from the page cache, into a buffer that stays in the second cache.</summary>
internal sealed class ReadBytesSubject(IReadOnlyList<string> files) : ISubject
{
    private readonly byte[] buffer = new byte[1 << 18];

    public void Run()
    {
        foreach (var file in files)
        {
            using var handle = File.OpenHandle(file);
            long offset = 0;
            while (RandomAccess.Read(handle, buffer, offset) is > 0 and var count)
            {
                offset += count;
            }
        }
    }

    public void Dispose() { }
}
