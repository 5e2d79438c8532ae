namespace PPYolo.Peers.Measuring;

/// <summary>What a child process measures. Its constructor prepares all that does not count.</summary>
internal interface ISubject : IDisposable
{
    /// <summary>Does the work once.</summary>
    void Run();
}
