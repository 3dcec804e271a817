// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import GatewayCore
import Platform

extension Verbs.RenderPrompt: AnsweredVerb {
    func answer(_ context: ControlContext, _ replies: ReplyChannel) {
        context.renderer.render(prompt, language: language.word) { result in
            switch result {
            case .failure(let error): replies.refuse(ProtocolError(.speechFailed, error.description))
            case .success(let sound):
                let last = RenderedPrompt(
                    promptMilliseconds: sound.milliseconds, promptHash: sound.hash, level: sound.level)
                ControlActor.async { replies.send(audio: sound.wav[...], last: .final(Replies.rendered, last)) }
            }
        }
    }
}

extension ReplyChannel {
    /// Pieces as fast as the client reads. On the control queue.
    @ControlActor fileprivate func send(audio bytes: ArraySlice<UInt8>, last: Reply) {
        guard !isClosed else { return }
        guard !bytes.isEmpty else { return end(last) }
        send(.part(Replies.audio, AudioPiece(Array(bytes.prefix(Reply.audioPiece)))))
        whenWritable { send(audio: bytes.dropFirst(Reply.audioPiece), last: last) }
    }
}
