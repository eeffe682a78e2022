"""WhatsApp through Meta's Cloud API, whole: what the composition root builds, starts and stops.

signature  proves webhooks                        receive   stored raw, then answered
events     what they tell, event by event         identity  a number, an id, or both
inbox      taken apart, each thing handled once   outcome   errors of answers and statuses, one table
render     messages as WhatsApp takes them        client    posts on the program's session
send       the Channel                            doubts    sends without an answer
parts      all of it together
"""

from bot.channels.whatsapp.parts import PATH, WhatsAppParts

__all__ = ["PATH", "WhatsAppParts"]
