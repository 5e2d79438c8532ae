using System.Runtime.InteropServices;
using System.Text;

namespace PPYolo.Train.Ranks.Mpi;

/// <summary>The functions of Open MPI that ranks use. Open MPI's handles are the addresses of objects that the library exports.</summary>
internal sealed unsafe class MpiFunctions
{
    /// <summary>Any thread may call, several at once.</summary>
    private const int ThreadMultiple = 3;

    private const int AnySource = -1;

    private readonly nint library;
    private readonly nint world;
    private readonly nint bytes;
    private readonly delegate* unmanaged<nint, int, nint, int, int, nint, nint*, int> send;
    private readonly delegate* unmanaged<nint, int, nint, int, int, nint, nint*, int> receive;
    private readonly delegate* unmanaged<nint*, int*, void*, int> test;
    private readonly delegate* unmanaged<int, int, nint, int*, void*, int> probe;
    private readonly delegate* unmanaged<nint, int, int> abort;
    private readonly delegate* unmanaged<int, byte*, int*, int> errorString;

    public MpiFunctions(nint library)
    {
        this.library = library;
        world = Export("ompi_mpi_comm_world");
        bytes = Export("ompi_mpi_byte");
        send = (delegate* unmanaged<nint, int, nint, int, int, nint, nint*, int>)Export("MPI_Isend");
        receive = (delegate* unmanaged<nint, int, nint, int, int, nint, nint*, int>)Export("MPI_Irecv");
        test = (delegate* unmanaged<nint*, int*, void*, int>)Export("MPI_Test");
        probe = (delegate* unmanaged<int, int, nint, int*, void*, int>)Export("MPI_Iprobe");
        abort = (delegate* unmanaged<nint, int, int>)Export("MPI_Abort");
        errorString = (delegate* unmanaged<int, byte*, int*, int>)Export("MPI_Error_string");
    }

    /// <summary>Joins the other ranks; returns when all have.</summary>
    /// <returns>This rank and how many there are.</returns>
    public (int Rank, int Size) Initialize()
    {
        int provided,
            rank,
            size;
        Check(
            ((delegate* unmanaged<void*, void*, int, int*, int>)Export("MPI_Init_thread"))(null, null, ThreadMultiple, &provided),
            "MPI_Init_thread"
        );
        if (provided < ThreadMultiple)
        {
            throw new MpiException("the MPI library was built without MPI_THREAD_MULTIPLE");
        }

        // Errors come back as codes, so that the message can say in which call.
        Check(
            ((delegate* unmanaged<nint, nint, int>)Export("MPI_Comm_set_errhandler"))(world, Export("ompi_mpi_errors_return")),
            "MPI_Comm_set_errhandler"
        );
        Check(((delegate* unmanaged<nint, int*, int>)Export("MPI_Comm_rank"))(world, &rank), "MPI_Comm_rank");
        Check(((delegate* unmanaged<nint, int*, int>)Export("MPI_Comm_size"))(world, &size), "MPI_Comm_size");
        return (rank, size);
    }

    /// <summary>Starts to send; the memory stays as it is until the request has ended.</summary>
    public void Send(nint memory, int length, int rank, int tag, nint* request) =>
        Check(send(memory, length, bytes, rank, tag, world, request), "MPI_Isend");

    /// <summary>Starts to receive at most so many bytes.</summary>
    public void Receive(nint memory, int length, int rank, int tag, nint* request) =>
        Check(receive(memory, length, bytes, rank, tag, world, request), "MPI_Irecv");

    /// <summary>Whether a request has ended; nothing moves between two such questions.</summary>
    public bool Ended(nint* request)
    {
        int flag;
        Check(test(request, &flag, null), "MPI_Test");
        return flag != 0;
    }

    /// <summary>Whether a message with this tag has come from a rank; from any unless given.</summary>
    public bool Arrived(int tag, int from = AnySource)
    {
        int flag;
        return probe(from, tag, world, &flag, null) == 0 && flag != 0;
    }

    /// <summary>Takes one message of at most a byte with this tag from any rank, if one has come. For one thread alone.</summary>
    public bool Take(int tag)
    {
        if (!Arrived(tag))
        {
            return false;
        }

        byte note;
        nint request;
        Receive((nint)(&note), 1, AnySource, tag, &request);
        while (!Ended(&request)) { }
        return true;
    }

    /// <summary>Ends all ranks; the launcher takes the exit code.</summary>
    public void Abort(int exitCode) => abort(world, exitCode);

    /// <summary>Leaves the other ranks; returns when all do.</summary>
    public void Complete() => Check(((delegate* unmanaged<int>)Export("MPI_Finalize"))(), "MPI_Finalize");

    private nint Export(string name) => NativeLibrary.GetExport(library, name);

    private void Check(int code, string function)
    {
        if (code != 0)
        {
            var text = stackalloc byte[1024];
            var length = 0;
            var known = errorString(code, text, &length) == 0;
            throw new MpiException($"{function}: {(known ? Encoding.UTF8.GetString(text, length) : $"error {code}")}");
        }
    }
}
