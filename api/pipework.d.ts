// The public types, by door. Written by 'npm run api': a change here is a change for users.

// pipework

export declare class AbandonedPipeError extends PipeError {
    readonly code = "ERR_PIPE_ABANDONED";
}
export declare class BrokenPipeError extends PipeError {
    readonly code = "EPIPE";
    readonly bytesWritten: number;
    readonly errno?: number;
    readonly syscall?: string;
    constructor(message: string, options?: {
        readonly bytesWritten?: number;
        readonly errno?: number;
        readonly syscall?: string;
    });
}
export type ByteSink = Writer | WritableStreamLike;
export type ByteSource = Reader | ReadableStreamLike | AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
export interface CallOptions {
    readonly signal?: Signal | undefined;
}
export declare class ClosedPipeError extends PipeError {
    readonly code = "ERR_PIPE_CLOSED";
    readonly bytesWritten: number;
    constructor(message: string, options?: TransferErrorOptions);
}
export interface CopyOptions {
    readonly signal?: Signal | undefined;
    readonly limit?: number | undefined;
    readonly onProgress?: ((copied: number) => void) | undefined;
    readonly close?: boolean | undefined;
}
export declare class DeadlockError extends PipeError {
    readonly code = "ERR_PIPE_DEADLOCK";
    readonly bytesWritten: number;
    readonly waits: readonly Wait[];
    constructor(message: string, options?: {
        readonly bytesWritten?: number;
        readonly waits?: readonly Wait[];
    });
}
export interface FromWebOptions {
    readonly name?: string | undefined;
}
export declare class LimitError extends PipeError {
    readonly code = "ERR_PIPE_LIMIT";
    readonly max: number;
    constructor(message: string, options: {
        readonly max: number;
    });
}
export interface LinesOptions extends TextOptions {
    readonly signal?: Signal | undefined;
    readonly max?: number | undefined;
}
export interface Pipe {
    readonly reader: PipeReader;
    readonly writer: PipeWriter;
}
export interface PipeEnd {
    readonly name: string;
    readonly closed: Promise<void>;
    abort(reason?: unknown): void;
    ref(): this;
    unref(): this;
}
export declare abstract class PipeError extends Error {
    abstract readonly code: PipeErrorCode;
}
export type PipeErrorCode = 'ERR_PIPE_CLOSED' | 'EPIPE' | 'ERR_PIPE_DEADLOCK' | 'ERR_PIPE_ABANDONED' | 'ERR_PIPE_UNEXPECTED_END' | 'ERR_PIPE_LIMIT' | 'ERR_PIPE_UNSUPPORTED' | 'ERR_PIPE_CORRUPT' | 'ERR_PIPELINE_FAILED';
export interface PipeOptions {
    readonly capacity?: number | undefined;
    readonly name?: string | undefined;
}
export interface PipeReader extends Reader, PipeEnd {
    readonly bytesRead: number;
    read(into: Uint8Array, options?: CallOptions): Promise<number | null>;
    tryRead(into: Uint8Array): number | null;
    close(): void;
    [Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array<ArrayBuffer>>;
    [Symbol.dispose](): void;
    [Symbol.asyncDispose](): Promise<void>;
}
export interface PipeWriter extends Writer, PipeEnd {
    readonly bytesWritten: number;
    write(chunk: Uint8Array | string, options?: CallOptions): Promise<number>;
    tryWrite(chunk: Uint8Array): number;
    close(): void;
    [Symbol.dispose](): void;
    [Symbol.asyncDispose](): Promise<void>;
}
export interface ReadAllOptions {
    readonly signal?: Signal | undefined;
    readonly max?: number | undefined;
}
export interface ReadableStreamLike {
    readonly locked: boolean;
    getReader(): unknown;
    cancel(reason?: unknown): Promise<void>;
}
export interface Reader {
    read(into: Uint8Array, options?: CallOptions): Promise<number | null>;
}
export interface Signal {
    readonly aborted: boolean;
    readonly reason: unknown;
    addEventListener(type: 'abort', listener: () => void): void;
    removeEventListener(type: 'abort', listener: () => void): void;
}
export interface StreamPair<Readable = ReadableStreamLike, Writable = WritableStreamLike> {
    readonly readable: Readable;
    readonly writable: Writable;
}
export interface TeeOptions {
    readonly policy?: 'lockstep' | 'evict' | undefined;
    readonly capacity?: number | undefined;
}
export interface TextOptions {
    readonly encoding?: string | undefined;
    readonly fatal?: boolean | undefined;
}
export interface TransferErrorOptions {
    readonly bytesWritten?: number;
    readonly cause?: unknown;
}
export declare class UnexpectedEndError extends PipeError {
    readonly code = "ERR_PIPE_UNEXPECTED_END";
    readonly bytesRead: number;
    constructor(message: string, options?: {
        readonly bytesRead?: number;
    });
}
export declare class UnsupportedError extends PipeError {
    readonly code = "ERR_PIPE_UNSUPPORTED";
}
export interface Wait {
    readonly pipe: string;
    readonly operation: 'read' | 'write';
    readonly moved: number;
    readonly asked: number;
    readonly fill: number;
    readonly capacity: number;
    readonly waited?: number;
    readonly calledAt?: string;
}
export type WebReadableStream = typeof globalThis extends {
    ReadableStream: {
        prototype: infer Stream;
    };
} ? Stream : ReadableStreamLike;
export type WebWritableStream = typeof globalThis extends {
    WritableStream: {
        prototype: infer Stream;
    };
} ? Stream : WritableStreamLike;
export interface WritableStreamLike {
    readonly locked: boolean;
    getWriter(): unknown;
    abort(reason?: unknown): Promise<void>;
}
export interface Writer {
    write(chunk: Uint8Array, options?: CallOptions): Promise<number>;
}
export declare function concat(readers: readonly ByteSource[]): PipeReader;
export declare function copy(from: ByteSource, to: ByteSink, options?: CopyOptions): Promise<number>;
export declare function duplex(options?: PipeOptions): [Pipe, Pipe];
export declare function fromWeb(stream: ReadableStreamLike, options?: FromWebOptions): PipeReader;
export declare function fromWeb(stream: WritableStreamLike, options?: FromWebOptions): PipeWriter;
export declare function fromWeb(stream: StreamPair, options?: FromWebOptions): Pipe;
export declare function limit(reader: ByteSource, bytes: number): PipeReader;
export declare function lines(reader: ByteSource, options?: LinesOptions): AsyncIterableIterator<string>;
export declare function merge(readers: readonly ByteSource[]): PipeReader;
export declare function pipe(options?: PipeOptions): Pipe;
export declare function readAll(reader: ByteSource, options?: ReadAllOptions): Promise<Uint8Array<ArrayBuffer>>;
export declare function readFull(reader: Reader, into: Uint8Array, options?: CallOptions): Promise<number | null>;
export declare function tee(reader: ByteSource, n?: 2, options?: TeeOptions): [PipeReader, PipeReader];
export declare function tee(reader: ByteSource, n: number, options?: TeeOptions): PipeReader[];
export declare function text(reader: ByteSource, options?: ReadAllOptions & TextOptions): Promise<string>;
export declare function toWeb(end: Reader): WebReadableStream;
export declare function toWeb(end: Writer): WebWritableStream;
export declare function toWeb(end: {
    readonly reader: Reader;
    readonly writer: Writer;
}): StreamPair<WebReadableStream, WebWritableStream>;
export declare function trace(on: boolean): void;

// pipework/os

export interface KernelPipeEnds {
    readonly reader: KernelReader;
    readonly writer: KernelWriter;
}
declare class KernelReader implements PipeReader {
    #private;
    constructor(pipe: KernelPipe);
    get name(): string;
    get bytesRead(): number;
    get closed(): Promise<void>;
    get fd(): number;
    release(): number;
    get capacity(): number;
    set capacity(bytes: number);
    get available(): number;
    read(into: Uint8Array, options?: CallOptions): Promise<number | null>;
    tryRead(into: Uint8Array): number | null;
    readBlocking(into: Uint8Array): number | null;
    close(): void;
    abort(reason?: unknown): void;
    ref(): this;
    unref(): this;
    [Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array<ArrayBuffer>>;
    [dispose](): void;
    [asyncDispose](): Promise<void>;
}
export type { KernelReader };
declare class KernelWriter implements PipeWriter {
    #private;
    constructor(pipe: KernelPipe);
    get name(): string;
    get bytesWritten(): number;
    get closed(): Promise<void>;
    get fd(): number;
    release(): number;
    get capacity(): number;
    set capacity(bytes: number);
    get available(): number;
    write(chunk: Uint8Array | string, options?: CallOptions): Promise<number>;
    tryWrite(chunk: Uint8Array): number;
    writeBlocking(chunk: Uint8Array): number;
    close(): void;
    abort(reason?: unknown): void;
    ref(): this;
    unref(): this;
    [dispose](): void;
    [asyncDispose](): Promise<void>;
}
export type { KernelWriter };
export interface SystemError extends Error {
    readonly code: string;
    readonly errno: number;
    readonly syscall: string;
}
export declare function fromFd(fd: number, direction: 'r'): KernelReader;
export declare function fromFd(fd: number, direction: 'w'): KernelWriter;
export declare function pipe(options?: PipeOptions): KernelPipeEnds;

// pipework/exec

export type Argument = string | Substitution;
declare class Command {
    readonly file: string;
    readonly args: readonly Argument[];
    readonly options: CommandOptions;
    constructor(file: string, args: readonly Argument[], options: CommandOptions);
    toString(): string;
}
export type { Command };
export interface CommandOptions {
    readonly env?: Environment | undefined;
    readonly clearEnv?: boolean | undefined;
    readonly cwd?: string | undefined;
    readonly okCodes?: readonly number[] | undefined;
    readonly stderr?: Stderr | undefined;
}
export type Environment = Readonly<Record<string, string | undefined>>;
export interface FileTarget {
    readonly file: string;
    readonly append?: boolean | undefined;
}
export interface Holder {
    readonly pid: number;
    readonly command: string;
}
declare class Job implements AsyncDisposable {
    #private;
    constructor(execution: Execution, text: string, maxBytes: number);
    get stdin(): PipeWriter;
    get stdout(): PipeReader;
    get done(): Promise<JobResult>;
    get pids(): readonly number[];
    stats(): readonly StageResult[];
    kill(): Promise<void>;
    [asyncDispose](): Promise<void>;
    toString(): string;
}
export type { Job };
export interface JobResult {
    readonly stages: readonly StageResult[];
    readonly stdout?: Uint8Array<ArrayBuffer>;
    readonly heldBy: readonly Holder[];
}
export declare class PipelineError extends PipeError {
    readonly code = "ERR_PIPELINE_FAILED";
    readonly stage: StageResult;
    readonly failures: readonly StageResult[];
    readonly stages: readonly StageResult[];
    constructor(failures: readonly [StageResult, ...StageResult[]], stages: readonly StageResult[], options?: {
        readonly why?: string | undefined;
        readonly cause?: unknown;
    });
}
export interface PipelineOptions {
    readonly stdin?: Stdin | undefined;
    readonly stdout?: Stdout | undefined;
    readonly stderr?: Stderr | undefined;
    readonly env?: Environment | undefined;
    readonly clearEnv?: boolean | undefined;
    readonly cwd?: string | undefined;
    readonly signal?: Signal | undefined;
    readonly timeout?: number | undefined;
    readonly killGrace?: number | undefined;
    readonly drainGrace?: number | undefined;
    readonly killOnSignal?: boolean | undefined;
    readonly forgiveSigpipe?: boolean | undefined;
    readonly capacity?: number | undefined;
    readonly maxBytes?: number | undefined;
}
declare class RunResult {
    readonly stdout: Uint8Array<ArrayBuffer>;
    readonly stages: readonly StageResult[];
    readonly heldBy: readonly Holder[];
    constructor({ stdout, stages, heldBy }: JobResult);
    text(): string;
    lines(): string[];
    json(): unknown;
}
export type { RunResult };
export type Stage = readonly Argument[] | Command | StageFunction;
export type StageFunction = (reader: PipeReader, writer: PipeWriter, context: {
    readonly signal: AbortSignal;
}) => Promise<void>;
export interface StageResult extends Usage {
    readonly index: number;
    readonly command: string;
    readonly pid?: number;
    readonly code: number | null;
    readonly signal: string | null;
    readonly error?: unknown;
    readonly ok: boolean;
    readonly forgiven: boolean;
    readonly stderr: string;
    readonly startedAt?: number;
    readonly endedAt?: number;
}
export type Stderr = 'tail' | 'inherit' | 'stdout' | null | number | Writer | FileTarget;
export type Stdin = null | 'inherit' | 'pipe' | (string & {}) | {
    readonly text: string;
} | Uint8Array | Reader | Omit<FileTarget, 'append'> | number;
export type Stdout = 'pipe' | 'inherit' | null | number | Writer | FileTarget;
declare class Substitution {
    #private;
    constructor(reader: JobReader, text: string);
    toString(): string;
}
export type { Substitution };
export interface Usage {
    readonly userTime?: number;
    readonly systemTime?: number;
    readonly peakMemory?: number;
    readonly bytesIn?: number;
    readonly bytesOut?: number;
    readonly isSampled?: boolean;
}
export declare function command(file: string, args?: readonly Argument[], options?: CommandOptions): Command;
export declare function pipeline(...stagesAndOptions: [...stages: Stage[], options: PipelineOptions] | Stage[]): Job;
export declare function run(...stagesAndOptions: [...stages: Stage[], options: PipelineOptions] | Stage[]): Promise<RunResult>;
export declare function shell(text: string, options?: CommandOptions): Command;
export declare function substitute(job: Job): Substitution;

// pipework/node

export interface FromNodeOptions {
    readonly name?: string | undefined;
    readonly side?: 'readable' | 'writable' | undefined;
}
export interface ToNodeOptions {
    readonly highWaterMark?: number | undefined;
}
export declare function fromNode(stream: Readable, options: FromNodeOptions & {
    readonly side: 'readable';
}): PipeReader;
export declare function fromNode(stream: Writable, options: FromNodeOptions & {
    readonly side: 'writable';
}): PipeWriter;
export declare function fromNode(stream: Duplex, options?: FromNodeOptions): Pipe;
export declare function fromNode(stream: Readable, options?: FromNodeOptions): PipeReader;
export declare function fromNode(stream: Writable, options?: FromNodeOptions): PipeWriter;
export declare function toNode(reader: Reader, options?: ToNodeOptions): Readable;
export declare function toNode(writer: Writer, options?: ToNodeOptions): Writable;
export declare function toNode(ends: {
    readonly reader: Reader;
    readonly writer: Writer;
}, options?: ToNodeOptions): Duplex;

// pipework/proc

export interface AsleepState {
    readonly kind: 'asleep';
    readonly maybe: readonly ProcessEnd[];
    readonly evidence: readonly Evidence[];
}
export interface Chain {
    readonly stages: readonly StageVerdict[];
    readonly pipes: readonly string[];
    readonly bottlenecks: readonly number[];
}
export interface Deadlock {
    readonly ring: readonly number[];
    readonly says: readonly string[];
    readonly isCertain: boolean;
    readonly evidence: readonly Evidence[];
}
export type Elsewhere = 'timer' | 'child' | 'thread' | 'socket' | 'terminal' | 'disk' | 'file' | 'signal' | 'other';
export interface ElsewhereState {
    readonly kind: 'elsewhere';
    readonly for: Elsewhere;
    readonly call?: string;
    readonly descriptor?: number;
    readonly target?: string;
    readonly children?: readonly number[];
    readonly evidence: readonly Evidence[];
}
export interface EndedState {
    readonly kind: 'ended';
    readonly evidence: readonly Evidence[];
}
export interface Evidence {
    readonly file: string;
    readonly says: string;
}
export type Follow = 'pipes' | 'children' | 'nobody';
export interface Graph {
    readonly at: number;
    readonly took: number;
    readonly processes: readonly ProcessNode[];
    readonly pipes: readonly PipeNode[];
    readonly isComplete: boolean;
    readonly hidden: readonly HiddenProcess[];
    readonly gone: readonly number[];
    readonly limits: readonly string[];
}
export interface HeldEnd {
    readonly pipe: string;
    readonly pid: number;
    readonly descriptor: number;
    readonly readers: readonly number[];
    readonly why: 'reader' | 'parent' | 'orphan' | 'spare';
    readonly says: string;
}
export interface HiddenProcess {
    readonly pid: number;
    readonly user?: number;
}
export type NoFill = 'one side' | 'changed' | 'refused' | 'not asked';
export interface OpeningState {
    readonly kind: 'opening';
    readonly evidence: readonly Evidence[];
}
export interface PipeEnd {
    readonly pid: number;
    readonly descriptor: number;
}
export interface PipeNode {
    readonly id: string;
    readonly kind: 'pipe' | 'fifo';
    readonly inode: number;
    readonly path?: string;
    readonly capacity?: number;
    readonly queued?: number;
    readonly noFill?: NoFill;
    readonly readers: readonly PipeEnd[];
    readonly writers: readonly PipeEnd[];
}
export interface PollingState {
    readonly kind: 'polling';
    readonly on: readonly ProcessEnd[];
    readonly isKnown: boolean;
    readonly others: readonly string[];
    readonly hasTimeout?: boolean;
    readonly evidence: readonly Evidence[];
}
export interface ProcessEnd {
    readonly descriptor: number;
    readonly pipe: string;
    readonly access: 'read' | 'write' | 'both';
}
export interface ProcessNode {
    readonly pid: number;
    readonly parent: number;
    readonly isOrphan: boolean;
    readonly group: number;
    readonly user: number;
    readonly started: number;
    readonly name: string;
    readonly command: string;
    readonly state: ProcessState;
    readonly threads: readonly ThreadNode[];
    readonly ends: readonly ProcessEnd[];
    readonly cpuTime: number;
    readonly bytesIn?: number;
    readonly bytesOut?: number;
    readonly asleepFor?: number;
    readonly refused: readonly Refused[];
    readonly rates?: Rates;
}
export type ProcessState = RunningState | WritingState | ReadingState | OpeningState | PollingState | ElsewhereState | AsleepState | StoppedState | EndedState;
export interface Rates {
    readonly over: number;
    readonly cpu: number;
    readonly bytesIn?: number;
    readonly bytesOut?: number;
}
export interface ReadingState {
    readonly kind: 'reading';
    readonly on: readonly ProcessEnd[];
    readonly evidence: readonly Evidence[];
}
export type Refused = 'descriptors' | 'call' | 'traffic';
export type Role = 'bottleneck' | 'blocked' | 'starved' | 'waiting' | 'stuck' | 'free' | 'unknown';
export interface RunningState {
    readonly kind: 'running';
    readonly evidence: readonly Evidence[];
}
export interface ScanOptions {
    readonly pid?: number | readonly number[] | undefined;
    readonly user?: number | undefined;
    readonly follow?: Follow | undefined;
    readonly fill?: boolean | undefined;
    readonly traffic?: boolean | undefined;
    readonly asleep?: boolean | undefined;
    readonly since?: Graph | undefined;
}
export interface StageVerdict {
    readonly pid: number;
    readonly role: Role;
    readonly waitsFor: readonly number[];
    readonly because: readonly number[];
    readonly isCertain: boolean;
    readonly label: string;
    readonly says: string;
    readonly evidence: readonly Evidence[];
}
export interface StoppedState {
    readonly kind: 'stopped';
    readonly by: 'signal' | 'debugger';
    readonly evidence: readonly Evidence[];
}
export interface ThreadNode {
    readonly tid: number;
    readonly name: string;
    readonly state: ProcessState;
}
export interface Verdict {
    readonly chains: readonly Chain[];
    readonly deadlocks: readonly Deadlock[];
    readonly heldEnds: readonly HeldEnd[];
}
export interface WritingState {
    readonly kind: 'writing';
    readonly on: readonly ProcessEnd[];
    readonly evidence: readonly Evidence[];
}
export declare function printable(text: string): string;
export declare function scan(options?: ScanOptions): Graph;
export declare function verdict(graph: Graph): Verdict;

// pipework/worker

export declare class CorruptPipeError extends PipeError {
    readonly code = "ERR_PIPE_CORRUPT";
}
export interface ReaderHandle extends Handle<'reader'> {
}
export interface WorkerPipeEnds {
    readonly reader: WorkerReader;
    readonly writer: WorkerWriter;
}
declare class WorkerReader implements PipeReader {
    #private;
    constructor(end: ReadEnd);
    get name(): string;
    get bytesRead(): number;
    get closed(): Promise<void>;
    get handle(): ReaderHandle;
    read(into: Uint8Array, options?: CallOptions): Promise<number | null>;
    tryRead(into: Uint8Array): number | null;
    readBlocking(into: Uint8Array): number | null;
    close(): void;
    abort(reason?: unknown): void;
    ref(): this;
    unref(): this;
    [Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array<ArrayBuffer>>;
    [dispose](): void;
    [asyncDispose](): Promise<void>;
}
export type { WorkerReader };
declare class WorkerWriter implements PipeWriter {
    #private;
    constructor(end: WriteEnd);
    get name(): string;
    get bytesWritten(): number;
    get closed(): Promise<void>;
    get handle(): WriterHandle;
    write(chunk: Uint8Array | string, options?: CallOptions): Promise<number>;
    tryWrite(chunk: Uint8Array): number;
    writeBlocking(chunk: Uint8Array): number;
    close(): void;
    abort(reason?: unknown): void;
    ref(): this;
    unref(): this;
    [dispose](): void;
    [asyncDispose](): Promise<void>;
}
export type { WorkerWriter };
export interface WriterHandle extends Handle<'writer'> {
}
export declare function openReader(handle: ReaderHandle): WorkerReader;
export declare function openWriter(handle: WriterHandle): WorkerWriter;
export declare function pipe(options?: PipeOptions): WorkerPipeEnds;

// pipework/testing

export type Ability = keyof Supports;
export interface Case {
    readonly name: string;
    readonly rule: Rule;
    readonly skip?: string;
    run(): Promise<void>;
}
export interface CloggedPipe extends Pipe {
    readonly buffered: Uint8Array;
}
export interface ConformanceOptions extends Makers {
    readonly supports?: Partial<Supports>;
    readonly turn?: () => Promise<void>;
}
export interface FailWhenStuckOptions {
    readonly after: number;
}
export interface Makers {
    open(options: {
        readonly capacity: number;
    }): Pipe | Promise<Pipe>;
    openClogged(): CloggedPipe | Promise<CloggedPipe>;
}
export type Rule = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10;
export interface Supports {
    readonly rendezvous: boolean;
    readonly exactCapacity: boolean;
    readonly immediate: boolean;
    readonly aborts: boolean;
    readonly reasons: boolean;
    readonly deadlocks: boolean;
}
export declare function conformance(options: ConformanceOptions): Case[];
export declare function dataWithEnd(reader: Reader): Reader;
export declare function errorAfter(reader: Reader, count: number, error: unknown): Reader;
export declare function failAfter(writer: Writer, count: number, error: unknown): Writer;
export declare function failWhenStuck<Value>(run: () => Value | PromiseLike<Value>, options: FailWhenStuckOptions): Promise<Value>;
export declare function half(reader: Reader): Reader;
export declare function oneByte(reader: Reader): Reader;
export declare function shortWrite(writer: Writer, max: number): Writer;
export declare function truncate(writer: Writer, count: number): Writer;
